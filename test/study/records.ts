import type { RunRecord } from "../../lib/train/record";
import { parseRunConfig } from "../../lib/train/run-config";
import { sealRecord } from "../../lib/train/seal";

/** A finished run's record, as if it had been trained. */
export function madeUpRecord(name: string, seed: number, accuracy: number): RunRecord {
  return sealRecord({
    schema: "binvit.run/2",
    name,
    config: parseRunConfig({ extends: "digits" }),
    seed,
    dataset: {
      name: "digits",
      sha256: "00",
      train: 1257,
      validation: 180,
      test: 360,
      maxValue: 16,
      mean: [0.3],
      std: [0.4],
      classNames: [..."0123456789"],
    },
    environment: { binvit: "0", node: "20", tfjs: "4", arithmetic: "wasm+kernels", platform: "x", cpu: "y" },
    curve: [],
    test: { accuracy, loss: 1 - accuracy, count: 360 },
    bytes: { float: 400_000, packed: name === "float" ? 400_000 : 50_000 },
    parameters: 100_000,
    seconds: 10 * seed,
    weightsSha256: "00",
  });
}
