import type { RunConfig } from "../train/record";
import { interleave, type OnProgress, type Pace, type Timer, timed } from "./interleave";
import { kernelSwitch } from "./kernel-switch";
import { type BenchModel, benchModel, noiseBatch } from "./models";
import type { Peers } from "./peers";
import { pyTorchTimers } from "./pytorch";
import { type BenchRow, compare } from "./row";
import { sharedTrainingStep, trainingStep } from "./steps";
import type { TfjsNode } from "./tfjs-node";
import { workingTimers } from "./working-timers";

/** A model with a number of images a step. */
export interface ModelCase {
  readonly model: BenchModel;
  readonly batch: number;
}

const trainingCases = (): ModelCase[] =>
  (["digits", "cifar-s"] as const).flatMap((name) => [64, 1].map((batch) => ({ model: benchModel(name), batch })));

/**
 * Training steps, float and W1A1, of our operations on our kernels against their peers.
 *
 * Float and W1A1 of one model are timed together, since plain TensorFlow.js has only the float model to set against
 * both; the float rows of a single image are left out.
 *
 * @param options - cases, rounds, the peers that are there, progress, pace
 */
export async function benchTraining(
  options: Peers & {
    readonly cases?: readonly ModelCase[];
    readonly rounds: number;
    readonly onProgress?: OnProgress;
    readonly pace?: Pace;
  },
): Promise<BenchRow[]> {
  const { cases = trainingCases(), rounds, onProgress, pace, ...peers } = options;
  const switchKernels = await kernelSwitch();
  const [on, off] = [() => switchKernels(true), () => switchKernels(false)];
  const rows: BenchRow[] = [];
  for (const { model, batch: count } of cases) {
    const batch = noiseBatch(model.float, count);
    on();
    const shared = count > 1 ? await sharedTrainingStep(model.w1a1, batch, 2) : undefined;
    const variants: Record<string, Timer> = {
      float: timed(trainingStep(model.float, batch, "own"), on),
      w1a1: timed(trainingStep(model.w1a1, batch, "own"), on),
      ...(shared && { "w1a1, two workers": timed(shared.step, on) }),
      "stock float": timed(trainingStep(model.float, batch, "stock"), off),
      "float on stock kernels": timed(trainingStep(model.float, batch, "own"), off),
      "w1a1 on stock kernels": timed(trainingStep(model.w1a1, batch, "own"), off),
    };
    const progress: OnProgress = (what, share) =>
      onProgress?.(`training ${model.name}, batch ${count}: ${what}`, share);
    Object.assign(variants, await peerTimers(peers, model, count, progress));
    const seconds = await interleave(variants, rounds, progress, pace);
    const float = {
      case: `${model.name}/float/batch-${count}`,
      ours: "float",
      peers: {
        "stock-wasm": "stock float",
        "own-stock-kernels": "float on stock kernels",
        pytorch: "PyTorch float",
        "pytorch-compiled": "PyTorch float compiled",
        "pytorch-trimmed": "PyTorch float trimmed",
        "tfjs-node": "tfjs-node float",
      },
    };
    const w1a1 = {
      case: `${model.name}/w1a1/batch-${count}`,
      ours: "w1a1",
      peers: {
        "stock-wasm": "stock float",
        "own-float": "float",
        "own-stock-kernels": "w1a1 on stock kernels",
        pytorch: "PyTorch w1a1",
        "pytorch-compiled": "PyTorch w1a1 compiled",
        "pytorch-float": "PyTorch float",
        "pytorch-float-compiled": "PyTorch float compiled",
        "pytorch-float-trimmed": "PyTorch float trimmed",
        "tfjs-node": "tfjs-node w1a1",
        "tfjs-node-float": "tfjs-node float",
      },
    };
    const workers = {
      case: `${model.name}/w1a1/batch-${count}/workers-2`,
      ours: "w1a1, two workers",
      peers: { "own-one-worker": "w1a1" },
    };
    for (const comparison of count > 1 ? [float, w1a1, workers] : [w1a1]) {
      rows.push(...compare("training", "images/s", count, seconds, comparison));
    }
    await shared?.stop();
  }
  switchKernels(true);
  return rows;
}

/** @returns timers of PyTorch and tfjs-node, where they are there */
async function peerTimers(
  { pyTorch, tfjsNode, absent }: Peers,
  { name, float, w1a1 }: BenchModel,
  batch: number,
  onProgress: OnProgress,
): Promise<Record<string, Timer>> {
  const compile = batch > 1 && name === "cifar-s";
  if (pyTorch && compile) onProgress("PyTorch compiles", 0);
  const request = { model: float.model, batch, task: "training" } as const;
  const native = (config: RunConfig, operations: "stock" | "own") => (repeats: number) =>
    (tfjsNode as TfjsNode).time({ task: "training", config, operations, batch }, repeats);
  const timers = {
    ...pyTorchTimers(pyTorch, "PyTorch float", { ...request, bits: "float" }, compile),
    ...(compile &&
      pyTorchTimers(pyTorch, "PyTorch float trimmed", { ...request, bits: "float", trimmed: true }, false)),
    ...pyTorchTimers(pyTorch, "PyTorch w1a1", { ...request, bits: "w1a1" }, compile),
    ...(tfjsNode && { "tfjs-node float": native(float, "stock"), "tfjs-node w1a1": native(w1a1, "own") }),
  };
  return workingTimers(timers, absent);
}
