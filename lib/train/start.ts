import type { Batch } from "../data/batches";
import type { Dataset } from "../data/dataset";
import { startFromBatch } from "../vit/first-batch";
import { initialParameters, type ParameterArrays } from "../vit/parameters";
import { epochBatches } from "./epoch-batches";
import type { RunConfig } from "./record";

/**
 * What a run starts from: the weights of another one, as far as it has parameters of the same names; the others are
 * fresh, those of them that ask for it set by the images that the loop sees first.
 *
 * @param config - the run; `checkOrigins` has found that shapes fit
 * @param seed - of the fresh parameters and of the first batch
 * @param dataset - what is trained on
 * @param origin - weights of the run that `training.from` names
 */
export function startParameters(
  config: RunConfig,
  seed: number,
  dataset: Dataset,
  origin: ParameterArrays = {},
): ParameterArrays {
  const fresh = initialParameters(config.model, seed);
  const taken = Object.fromEntries(Object.entries(origin).filter(([name]) => Object.hasOwn(fresh, name)));
  const first = epochBatches(config, seed, dataset, 1).next().value as Batch;
  // The first batch is to see the taken weights, and to change none of them.
  return { ...startFromBatch(config.model, { ...fresh, ...taken }, first.images), ...taken };
}
