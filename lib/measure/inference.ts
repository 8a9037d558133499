import * as tf from "@tensorflow/tfjs";
import { onnxModel } from "../onnx/model";
import { initialParameters } from "../vit/parameters";
import { interleave, type OnProgress, type Timer, timed } from "./interleave";
import { kernelSwitch } from "./kernel-switch";
import { benchModel, noiseBatch } from "./models";
import type { OnnxLoader } from "./onnxruntime";
import { type PyTorch, pyTorchTimer } from "./pytorch";
import { type BenchRow, compare } from "./row";
import { engineInference, tensorInference } from "./steps";
import type { ModelCase } from "./training";

const inferenceCases = (): ModelCase[] =>
  (["digits", "cifar-s"] as const).flatMap((name) => [64, 1].map((batch) => ({ model: benchModel(name), batch })));

/**
 * Inference of the packed W1A1 model, and of our float model, against float models elsewhere.
 *
 * @param options - cases, rounds, onnxruntime and PyTorch where they are there, progress
 */
export async function benchInference(options: {
  readonly cases?: readonly ModelCase[];
  readonly rounds: number;
  readonly onnx?: OnnxLoader;
  readonly pyTorch?: PyTorch;
  readonly onProgress?: OnProgress;
}): Promise<BenchRow[]> {
  const { cases = inferenceCases(), rounds, onnx, pyTorch, onProgress } = options;
  const switchKernels = await kernelSwitch();
  const rows: BenchRow[] = [];
  for (const { model, batch: count } of cases) {
    tf.engine().startScope(); // the weights that stay on the backend go with it
    const [batch, config] = [noiseBatch(model.float, count), model.float.model];
    const shape = [count, config.imageSize, config.imageSize, config.channels];
    const input = { name: "images", shape, data: batch.images };
    const file = onnx && onnxModel(config, initialParameters(config, 1), { operatorSet: 23 }); // attention as one operator
    const bound = file && (await onnx(file, input, "logits"));
    const variants: Record<string, Timer> = {
      packed: timed(engineInference(model.w1a1.model, batch)),
      float: timed(tensorInference(config, batch, "own"), () => switchKernels(true)),
      "stock-wasm": timed(tensorInference(config, batch, "stock"), () => switchKernels(false)),
      ...(bound && { onnxruntime: timed(() => bound.run()) }),
      ...(pyTorch && {
        pytorch: pyTorchTimer(pyTorch, { model: config, batch: count, task: "inference", bits: "float" }),
      }),
    };
    const progress: OnProgress = (what, share) =>
      onProgress?.(`inference ${model.name}, batch ${count}: ${what}`, share);
    const seconds = await interleave(variants, rounds, progress);
    const floats = { onnxruntime: "onnxruntime", "stock-wasm": "stock-wasm", pytorch: "pytorch" };
    const w1a1 = {
      case: `${model.name}/w1a1/batch-${count}`,
      ours: "packed",
      peers: { ...floats, "own-float": "float" },
    };
    const float = { case: `${model.name}/float/batch-${count}`, ours: "float", peers: floats };
    for (const comparison of count > 1 ? [w1a1, float] : [w1a1]) {
      rows.push(...compare("inference", "images/s", count, seconds, comparison));
    }
    await bound?.release();
    tf.engine().endScope();
  }
  switchKernels(true);
  return rows;
}
