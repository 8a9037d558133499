import type { Dataset, Split } from "../../lib/data/dataset";
import { loadDataset } from "../../lib/data/load";
import type { RunConfig } from "../../lib/train/record";
import { parseRunConfig } from "../../lib/train/run-config";

/** A run of a second: 64 digits, a model of width 8. */
export const smallRun = (
  changes: { model?: Record<string, unknown>; training?: Record<string, unknown> } = {},
): RunConfig =>
  parseRunConfig({
    extends: "digits",
    dataset: { trainLimit: 64 },
    model: { embedDim: 8, depth: 1, numHeads: 2, mlpDim: 16, binarize: { mlp: "channel" }, ...changes.model },
    training: {
      epochs: 3,
      batchSize: 16,
      learningRate: 2e-3,
      warmupEpochs: 1,
      cropPadding: 0,
      labelSmoothing: 0,
      ...changes.training,
    },
  });

/** The digits of `smallRun`, with fewer to evaluate on; `train` is at most 64. */
export async function smallDigits(train = 64): Promise<Dataset> {
  const data = await loadDataset({ name: "digits", trainLimit: 64 });
  const first = ({ pixels, labels }: Split, count: number): Split => ({
    pixels: pixels.subarray(0, 64 * count),
    labels: labels.subarray(0, count),
    count,
  });
  return {
    ...data,
    train: first(data.train, train),
    validation: first(data.validation, 40),
    test: first(data.test, 50),
  };
}
