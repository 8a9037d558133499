import { batches } from "../data/batches";
import type { Dataset } from "../data/dataset";
import { createEngine } from "./engine";
import { largestDifference } from "./logit-difference";
import type { PackedModel } from "./packed-model";
import { predictedClasses } from "./predicted-classes";

/** What rounding its floats changes about a model, on a test split. */
export interface Rounding {
  readonly images: number;
  /** Shares of right classes before and after. */
  readonly accuracy: readonly [number, number];
  /** Images of another class than before, right or wrong. */
  readonly differentClasses: number;
  /** Largest absolute difference between two logits. */
  readonly largestDifference: number;
}

/**
 * Runs a packed model and the same with rounded floats over the test split.
 *
 * @param exact - as `packModel` makes it
 * @param rounded - as `roundFloats` makes it
 * @param dataset - its test split is used
 */
export function compareRounding(exact: PackedModel, rounded: PackedModel, dataset: Dataset): Rounding {
  const engines = [exact, rounded].map((model) => createEngine(model));
  const { numClasses } = exact.config;
  const right = [0, 0];
  let [images, differentClasses, largest] = [0, 0, 0];
  for (const batch of batches(dataset, dataset.test, { batchSize: 64 })) {
    const [before, after] = engines.map((engine) => engine.forward(batch.images, batch.count));
    largest = Math.max(largest, largestDifference(before, after));
    const classes = [before, after].map((logits) => predictedClasses(logits, numClasses));
    for (let i = 0; i < batch.count; i++) {
      for (const which of [0, 1]) right[which] += classes[which][i] === batch.labels[i] ? 1 : 0;
      differentClasses += classes[0][i] === classes[1][i] ? 0 : 1;
    }
    images += batch.count;
  }
  return { images, accuracy: [right[0] / images, right[1] / images], differentClasses, largestDifference: largest };
}
