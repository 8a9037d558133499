import type { ModelConfig } from "../vit/config";
import { type ParameterPlace, places } from "../vit/places";

/** What weight decay does to a parameter. */
export type Decay = ParameterPlace["decay"];

/** @returns by name what weight decay does to each parameter */
export const decays = (model: ModelConfig): ReadonlyMap<string, Decay> =>
  new Map(places(model).flatMap(({ parameters }) => parameters.map(({ name, decay }) => [name, decay] as const)));

/**
 * The parameters of which only a binarized form is used: the float weights behind 1-bit ones.
 *
 * @returns their names, in the order data flows
 */
export const latentWeights = (model: ModelConfig): string[] =>
  [...decays(model)].flatMap(([name, decay]) => (decay === "latent" ? [name] : []));
