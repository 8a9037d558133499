import { sha256 } from "../../lib/base/canonical-json";
import { datasets } from "../../lib/data/sets";
import type { EpochRecord, RunRecord } from "../../lib/train/record";
import { parseRunConfig } from "../../lib/train/run-config";
import { sealRecord } from "../../lib/train/seal";

/** A finished run's record, as if it had been trained. */
export function madeUpRecord(name: string, seed: number, accuracy: number): RunRecord {
  const config = parseRunConfig({ extends: "digits" });
  return sealRecord({
    schema: "binvit.run/3",
    name,
    config,
    seed,
    revisions: {},
    dataset: {
      name: "digits",
      sha256: datasets.digits.sha256,
      train: 1257,
      validation: 180,
      test: 360,
      maxValue: 16,
      mean: [0.3],
      std: [0.4],
      classNames: [..."0123456789"],
    },
    environment: { binvit: "0", node: "20", tfjs: "4", arithmetic: "wasm+kernels", platform: "x", cpu: "y" },
    curve: madeUpCurve(config.training.epochs, accuracy),
    test: { accuracy, loss: 1 - accuracy, count: 360 },
    bytes: { float: 400_000, packed: name === "float" ? 400_000 : 50_000 },
    parameters: 100_000,
    seconds: 10 * seed,
    weightsSha256: sha256(`${name} ${seed} ${accuracy}`),
  });
}

/** A curve that is flat from the first epoch on. */
export const madeUpCurve = (epochs: number, accuracy: number): EpochRecord[] =>
  Array.from({ length: epochs }, (_, i) => ({
    epoch: i + 1,
    trainLoss: 1 - accuracy,
    trainAccuracy: accuracy,
    validationLoss: 1 - accuracy,
    validationAccuracy: accuracy,
    learningRate: 1e-3,
    flipShare: 0,
    imagesPerSecond: 100,
  }));
