import type { Batch } from "../data/batches";
import type { Dataset } from "../data/dataset";
import { startFromBatch } from "../vit/first-batch";
import { initialParameters, type ParameterArrays } from "../vit/parameters";
import { epochBatches } from "./epoch-batches";
import type { RunConfig } from "./record";

/**
 * What a run starts from: fresh parameters, those of them that ask for it set by the images that the loop sees first.
 *
 * @param config - the run
 * @param seed - of the fresh parameters and of the first batch
 * @param dataset - what is trained on
 */
export function startParameters(config: RunConfig, seed: number, dataset: Dataset): ParameterArrays {
  const first = epochBatches(config, seed, dataset, 1).next().value as Batch;
  return startFromBatch(config.model, initialParameters(config.model, seed), first.images);
}
