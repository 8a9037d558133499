import type { Method } from "../method";
import { unscaled } from "./unscaled";
import { binaryWeight, channel, learned, tensor, xnor } from "./xnor-net";

/** The methods by the names that a configuration calls them. Add yours here. */
export const methods = {
  unscaled,
  tensor,
  channel,
  "channel-w1a32": binaryWeight,
  xnor,
  learned,
} satisfies Record<string, Method>;

/** A name in `methods`. */
export type MethodName = keyof typeof methods;
