import * as tf from "@tensorflow/tfjs";
import { inferencePeers } from "./inference-peers";
import { interleave, type OnProgress, type Pace, type Timer, timed } from "./interleave";
import { kernelSwitch } from "./kernel-switch";
import { benchModel, noiseBatch } from "./models";
import type { Peers } from "./peers";
import { type BenchRow, compare } from "./row";
import { engineInference, tensorInference } from "./steps";
import type { ModelCase } from "./training";

const inferenceCases = (): ModelCase[] =>
  (["digits", "cifar-s"] as const).flatMap((name) => [64, 1].map((batch) => ({ model: benchModel(name), batch })));

/**
 * Inference of the packed W1A1 model, of the one whose attention is binary too, and of our float model, against float
 * and int8 models elsewhere.
 *
 * @param options - cases, rounds, the peers that are there, progress, pace
 */
export async function benchInference(
  options: Peers & {
    readonly cases?: readonly ModelCase[];
    readonly rounds: number;
    readonly onProgress?: OnProgress;
    readonly pace?: Pace;
  },
): Promise<BenchRow[]> {
  const { cases = inferenceCases(), rounds, onProgress, pace, ...peers } = options;
  const switchKernels = await kernelSwitch();
  const rows: BenchRow[] = [];
  for (const { model, batch: count } of cases) {
    tf.engine().startScope(); // the weights that stay on the backend go with it
    const [batch, config] = [noiseBatch(model.float, count), model.float.model];
    const progress: OnProgress = (what, share) =>
      onProgress?.(`inference ${model.name}, batch ${count}: ${what}`, share);
    const others = await inferencePeers(peers, model, batch, { onProgress: progress });
    const variants: Record<string, Timer> = {
      packed: timed(engineInference(model.w1a1.model, batch)),
      "packed, attention too": timed(engineInference(model.everything.model, batch)),
      float: timed(tensorInference(config, batch, "own"), () => switchKernels(true)),
      "stock-wasm": timed(tensorInference(config, batch, "stock"), () => switchKernels(false)),
      ...others.timers,
    };
    const seconds = await interleave(variants, rounds, progress, pace);
    const theirs: Record<string, string> = { ...others.rows(seconds), "stock-wasm": "stock-wasm" };
    const binary = { ...theirs, "own-float": "float" };
    const { "pytorch-w1a1": _, ...floats } = theirs;
    const comparisons = [
      { case: `${model.name}/w1a1/batch-${count}`, ours: "packed", peers: binary },
      { case: `${model.name}/everything/batch-${count}`, ours: "packed, attention too", peers: binary },
      { case: `${model.name}/float/batch-${count}`, ours: "float", peers: floats },
    ];
    for (const comparison of count > 1 ? comparisons : comparisons.slice(0, 2)) {
      rows.push(...compare("inference", "images/s", count, seconds, comparison));
    }
    await others.release();
    tf.engine().endScope();
  }
  switchKernels(true);
  return rows;
}
