import type { Arithmetic } from "../backend/select";
import { essentialModel, modelRevisions } from "../vit/essential";
import type { Revisions, RunConfig } from "./record";
import { canonicalJson, sha256 } from "./seal";

/** @returns the revisions that a run made here would have */
export const revisionsOf = ({ model }: RunConfig): Revisions => modelRevisions(model);

/**
 * What makes two runs the same: all that is not as it is by default, the revisions of what it uses, the seed and the
 * arithmetic, but not where the data set lies. So a new setting with a default invalidates nothing, and a changed formula
 * everything that uses it.
 *
 * @param revisions - of a recorded run those that it was made with
 * @returns 64 hexadecimal digits
 */
export function runIdentity(
  config: RunConfig,
  seed: number,
  arithmetic: Arithmetic,
  revisions: Revisions = revisionsOf(config),
): string {
  const { folder: _, ...dataset } = config.dataset;
  const { training, model } = config;
  const essential = { dataset, model: essentialModel(model), training };
  return sha256(canonicalJson({ schema: "binvit.run/3", config: essential, revisions, seed, arithmetic }));
}
