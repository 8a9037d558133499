import type { Activation } from "../activation";
import { methods } from "../methods/index";
import { gelu } from "./gelu";
import { relu } from "./relu";

/** @returns every activation that `model.activation` can name: these two, and those that methods bring along */
export const activations = (): Readonly<Record<string, Activation>> =>
  Object.assign({ gelu, relu }, ...Object.values(methods).map((method) => method.activations ?? {}));
