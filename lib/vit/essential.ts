import type { ModelConfig } from "./config";

/**
 * The revisions of what a model is made of, those that are still the first left out.
 *
 * @returns by name
 */
export const modelRevisions = (_model: ModelConfig): Record<string, number> => ({});

/** @returns what of a model is not as it would be if nothing were said */
export function essentialModel(model: ModelConfig): object {
  const { binarize, pooling, normEpsilon, ...sizes } = model;
  return {
    ...sizes,
    ...(pooling !== "class-token" && { pooling }),
    ...(normEpsilon !== 1e-6 && { normEpsilon }),
    binarize: Object.fromEntries(Object.entries(binarize).filter(([, how]) => how !== "off")),
  };
}
