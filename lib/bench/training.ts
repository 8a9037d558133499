import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { useBackend } from "../backend/select";
import { type Batch, batches } from "../data/batches";
import { loadDataset } from "../data/load";
import { crossEntropy } from "../ops/cross-entropy";
import { lossAndGradients } from "../train/loop";
import type { RunConfig } from "../train/record";
import { parseRunConfig } from "../train/run-config";
import { initialParameters, type ParameterArrays, toTensors } from "../vit/parameters";
import { stockForward } from "./stock-model";

/** A median with the range that it was taken from. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Throughput of one way to train one model. */
export interface TrainingRow {
  /** Model, binarization and batch, e.g. `digits/float/batch-64`. */
  readonly case: string;
  /** `stock`: plain TensorFlow.js; `no-kernels`: ours on stock kernels; `kernels`: ours. */
  readonly variant: "stock" | "no-kernels" | "kernels";
  readonly imagesPerSecond: Spread;
  /** Times faster than `stock` on the same case, round by round; the float model where stock has no binarization. */
  readonly ratio: Spread;
}

const batchSize = 64;

const cases = [
  { model: "digits", bits: "float", binarize: {} },
  { model: "digits", bits: "w1a1", binarize: { mlp: "channel", mhsa: "channel" } },
  { model: "shapes", bits: "float", binarize: {} },
  { model: "shapes", bits: "w1a1", binarize: { mlp: "channel", mhsa: "channel" } },
] as const;

/**
 * Times one training step (forward, loss, all gradients read back; without the optimizer, which is the same code for
 * all) of each variant in turn, round after round on the same batch, on the WebAssembly backend.
 *
 * @param rounds - rounds after one that only warms up
 * @param onRound - progress
 */
export async function benchTraining(
  rounds: number,
  onRound: (done: number, total: number) => void,
): Promise<TrainingRow[]> {
  const rows: TrainingRow[] = [];
  for (const [index, { model, bits, binarize }] of cases.entries()) {
    const config = parseRunConfig({ extends: model, model: { binarize } });
    const dataset = await loadDataset({ ...config.dataset, trainLimit: batchSize });
    const batch = batches(dataset, dataset.train, { batchSize }).next().value as Batch;
    const parameters = initialParameters(config.model, 1);
    const variants = {
      stock: () => stockStep(config, parameters, batch),
      "no-kernels": () => lossAndGradients(config, parameters, batch),
      kernels: () => lossAndGradients(config, parameters, batch),
    };
    const names = Object.keys(variants) as (keyof typeof variants)[];
    const seconds: Record<string, number[]> = { stock: [], "no-kernels": [], kernels: [] };
    for (let round = 0; round <= rounds; round++) {
      for (const name of names) {
        await useBackend("wasm", { kernels: name === "kernels" });
        const repeats = name === "kernels" ? 5 : 1; // short steps are repeated, so that every timing is long enough
        const startedAt = performance.now();
        for (let i = 0; i < repeats; i++) variants[name]();
        if (round > 0) seconds[name].push((performance.now() - startedAt) / 1000 / repeats);
      }
      onRound(index * (rounds + 1) + round + 1, cases.length * (rounds + 1));
    }
    for (const variant of names) {
      rows.push({
        case: `${model}/${bits}/batch-${batchSize}`,
        variant,
        imagesPerSecond: spread(seconds[variant].map((s) => batchSize / s)),
        ratio: spread(seconds[variant].map((s, round) => seconds.stock[round] / s)),
      });
    }
  }
  await useBackend("wasm");
  return rows;
}

function stockStep(config: RunConfig, parameters: ParameterArrays, batch: Batch): void {
  const { imageSize, channels } = config.model;
  const names = Object.keys(parameters);
  tf.tidy(() => {
    const images = tf.tensor(batch.images, [batch.count, imageSize, imageSize, channels]);
    const labels = tf.tensor1d(batch.labels, "int32");
    const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const named = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
      return crossEntropy(stockForward(config.model, named, images), labels);
    })(Object.values(toTensors(parameters)));
    for (const tensor of [value, ...grads]) readFloats(tensor);
  });
}

/** @returns median, least and largest */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}
