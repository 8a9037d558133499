import type { ModelConfig } from "../vit/config";
import { weightLayers } from "../vit/layers";

/**
 * The parameters of which only a binarized form is used: the float weights behind 1-bit ones.
 *
 * @returns their names, in the order data flows
 */
export const latentWeights = (model: ModelConfig): string[] =>
  weightLayers(model).flatMap(({ weight, binarizer }) => (binarizer === "off" ? [] : [weight]));
