import { Random } from "../base/random";
import { type Batch, batches } from "../data/batches";
import type { Dataset } from "../data/dataset";
import type { RunConfig } from "./record";

/**
 * The batches of one epoch, shuffled and augmented; the same each time they are asked for.
 *
 * @param epoch - from 1
 * @param skip - batches at its start that are left out, those after them the same
 */
export function epochBatches(
  { training }: RunConfig,
  seed: number,
  dataset: Dataset,
  epoch: number,
  skip = 0,
): Generator<Batch> {
  const { batchSize, cropPadding, flip } = training;
  const random = new Random(seed, 1_000_000 + epoch);
  return batches(dataset, dataset.train, { batchSize, random, skip, augment: { cropPadding, flip } });
}
