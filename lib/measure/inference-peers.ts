import type { Batch } from "../data/batches";
import { onnxModel } from "../onnx/model";
import { initialParameters } from "../vit/parameters";
import { quantize } from "./int8";
import { type Measurements, type OnProgress, type Timer, timed } from "./interleave";
import type { BenchModel } from "./models";
import type { OnnxModel } from "./onnxruntime";
import type { Peers } from "./peers";
import { pyTorchTimers } from "./pytorch";
import { spread } from "./spread";
import { workingTimers } from "./working-timers";

type Quantizer = typeof quantize;

/** Peers of one model on one batch, ready to be timed. */
export interface InferencePeers {
  readonly timers: Readonly<Record<string, Timer>>;
  /** @returns names of measurements by what rows call them; of the ways to int8 only the fastest */
  rows(measurements: Measurements): Record<string, string>;
  release(): Promise<void>;
}

/**
 * The float model in onnxruntime, PyTorch, jax-js and tfjs-node, in int8 in onnxruntime, and with simulated
 * binarization in PyTorch, as far as they are there.
 *
 * @param peers - that are there
 * @param model - the model
 * @param batch - its input
 * @param options - what quantizes; progress, said before what takes seconds
 */
export async function inferencePeers(
  peers: Peers,
  model: BenchModel,
  batch: Batch,
  options: { readonly quantizer?: Quantizer; readonly onProgress?: OnProgress } = {},
): Promise<InferencePeers> {
  const { pyTorch, jaxJs, tfjsNode, absent } = peers;
  const { quantizer = quantize, onProgress = () => {} } = options;
  const { count } = batch;
  const config = model.float.model;
  const onnx = await onnxSessions(peers, model, batch, quantizer, onProgress);
  const compile = model.name === "cifar-s";
  if (pyTorch && compile) onProgress("PyTorch compiles", 0);
  const request = { task: "inference", model: config, batch: count } as const;
  const given: Record<string, Timer> = {
    ...Object.fromEntries(Object.entries(onnx).map(([name, session]) => [name, timed(() => session.run())])),
    ...pyTorchTimers(pyTorch, "pytorch", { ...request, bits: "float" }, compile),
    ...pyTorchTimers(pyTorch, "pytorch-w1a1", { ...request, bits: "w1a1" }, false),
    ...(jaxJs && { "jax-js": (repeats) => jaxJs.time(request, repeats) }),
    ...(tfjsNode && {
      "tfjs-node": (repeats) =>
        tfjsNode.time({ task: "inference", config: model.float, operations: "stock", batch: count }, repeats),
    }),
  };
  const timers = await workingTimers(given, absent);
  const int8 = Object.keys(timers).filter((name) => name.startsWith(int8Prefix));
  return {
    timers,
    rows(measurements) {
      const median = (name: string) => spread(measurements[name].filter((s): s is number => s !== undefined)).median;
      const fastest = [...int8].sort((a, b) => median(a) - median(b))[0];
      const shown = Object.keys(timers).filter((name) => !int8.includes(name) || name === fastest);
      return Object.fromEntries(shown.map((name) => [name.replace(" ", "-"), name]));
    },
    async release() {
      for (const session of Object.values(onnx)) await session.release();
    },
  };
}

const int8Prefix = "onnxruntime-int8-";

async function onnxSessions(
  { onnx, absent, noteVersion }: Peers,
  model: BenchModel,
  batch: Batch,
  quantizer: Quantizer,
  onProgress: OnProgress,
): Promise<Record<string, OnnxModel>> {
  if (!onnx) return {};
  const config = model.float.model;
  const file = onnxModel(config, initialParameters(config, 1), { operatorSet: 23 }); // attention as one operator
  const shape = [batch.count, config.imageSize, config.imageSize, config.channels];
  const input = { name: "images", shape, data: batch.images };
  const sessions: Record<string, OnnxModel> = { onnxruntime: await onnx(file, input, "logits") };
  onProgress("onnxruntime quantizes", 0);
  const int8 = await quantizer(file, batch.images);
  if ("missing" in int8) {
    absent?.(int8.missing);
    return sessions;
  }
  noteVersion?.("onnxruntime int8, quantized by", int8.version);
  for (const [way, bytes] of Object.entries(int8.models)) {
    try {
      sessions[`${int8Prefix}${way}`] = await onnx(bytes, input, "logits");
    } catch (error) {
      absent?.(`onnxruntime does not load its ${way} int8 model (${(error as Error).message.split("\n")[0]}).`);
    }
  }
  return sessions;
}
