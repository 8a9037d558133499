import type { ModelConfig } from "../vit/config";
import { weightLayers } from "../vit/layers";
import type { RunConfig } from "./record";

/**
 * The parameters of which only a binarized form is used: the float weights behind 1-bit ones.
 *
 * @returns their names, in the order data flows
 */
export const latentWeights = (model: ModelConfig): string[] =>
  weightLayers(model).flatMap(({ weight, binarizer }) => (binarizer === "off" ? [] : [weight]));

/** How latent weights are updated in another way than the rest. */
export interface LatentRules {
  readonly names: ReadonlySet<string>;
  /** As that of all matrices if left out. */
  readonly decay?: number;
  readonly clip: number | "off";
}

/** Where no parameter is latent. */
export const noLatent: LatentRules = { names: new Set(), clip: "off" };

/** @returns the rules that a run's configuration gives */
export const latentRules = ({ model, training }: RunConfig): LatentRules => ({
  names: new Set(latentWeights(model)),
  decay: training.latentDecay,
  clip: training.latentClip,
});

/**
 * Cuts weights to [−c, c], in place: beyond, the gradient of a clipped sign is 0, and a weight would never return.
 *
 * @param weights - any number
 * @param c - the bound
 *
 * Reference: Courbariaux et al., *Binarized Neural Networks*, 2016, algorithm 1.
 */
export function clip(weights: Float32Array, c: number): void {
  for (let i = 0; i < weights.length; i++) weights[i] = Math.max(-c, Math.min(c, weights[i]));
}
