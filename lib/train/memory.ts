import { arithmetic } from "../backend/arithmetic";
import { isOutOfMemory } from "../backend/out-of-memory";
import { ConfigError } from "../base/errors";
import { machineMemory } from "../base/machine-memory";
import { type ModelConfig, numTokens } from "../vit/config";
import { linears } from "../vit/linears";
import { addressable, gibibytes, parameterCount, smaller } from "../vit/size-limit";
import type { RunConfig } from "./record";

type Task = "training" | "evaluation";

/**
 * What a block keeps for one image until the pass is over, in floats: so many times N·D (token widths), N·M (hidden
 * units) and H·N² (attention scores). Fitted to the peak of TensorFlow.js's memory over some 200 combinations of sizes,
 * binarizers, tasks, with and without kernels; within 10% of most, above none by as much. Quantizers that no fused kernel
 * knows keep up to four times as much: what is refused here cannot be trained, and where memory runs out all the same
 * `explainMemory` says so.
 */
const kept = {
  /** The kernels keep little, whatever is binarized. */
  kernels: { training: [19, 4.3, 1], evaluation: [8.7, 2.1, 0.35] },
  /** With kernels, but scores or values binarized, which one kernel alone does not do. */
  ownAttention: { training: [67, 4.3, 20], evaluation: [25, 2, 10] },
  /** Without kernels, a float model; a binarized one keeps half as much again. */
  plain: { training: [49, 41, 20], evaluation: [10, 17, 7] },
} as const;

/** What a stem of convolutions keeps for each entry of its unfolded windows, in floats. */
const keptOfWindows = { training: 1.9, evaluation: 1.2 } as const;

/** What a distance δ of shifted tokens adds to a block: so many times N·D, and so many times δ·N·D. */
const keptOfShift = {
  kernels: { training: [2, 0], evaluation: [2, 0] },
  plain: { training: [48, 32], evaluation: [19, 12] },
} as const;

/** Copies of the parameters in the backend: themselves, and where there is training their gradients on the way. */
const copies = { training: 3.5, evaluation: 1.25 } as const;

interface Estimate {
  /** Bytes whatever the batch. */
  readonly fixed: number;
  readonly perImage: number;
}

function estimate(model: ModelConfig, task: Task): Estimate {
  const { embedDim, mlpDim, numHeads, depth, pooling, binarize, shift } = model;
  const attention = binarize.scores === "off" && binarize.values === "off" ? kept.kernels : kept.ownAttention;
  const withKernels = arithmetic() === "wasm+kernels";
  const [width, hidden, scores] = (withKernels ? attention : kept.plain)[task];
  const [each, further] = keptOfShift[withKernels ? "kernels" : "plain"][task];
  const tokens = numTokens(model);
  const wholeBlocks = pooling === "mean" ? depth : depth - 1; // the last MLP is for the class token alone
  const windows = model.stem === "patch" ? [] : linears(model).flatMap((layer) => (layer.window ? [layer] : []));
  const floats =
    depth * (width * tokens * embedDim + scores * numHeads * tokens ** 2) +
    wholeBlocks * hidden * tokens * mlpDim +
    wholeBlocks * tokens * embedDim * shift.reduce((sum, distance) => sum + each + further * distance, 0) +
    keptOfWindows[task] * windows.reduce((sum, layer) => sum + layer.tokens * layer.inputs, 0);
  return { fixed: 4 * copies[task] * parameterCount(model), perImage: 4 * floats };
}

/**
 * An estimate of what one pass over a batch takes at its peak.
 *
 * @param images - in the batch
 * @returns bytes in the memory of the tensor backend
 */
export function passBytes(model: ModelConfig, task: Task, images: number): number {
  const { fixed, perImage } = estimate(model, task);
  return fixed + images * perImage;
}

/** The most that one thread can take, and whose limit that is. */
function limit(threads = 1): { readonly bytes: number; readonly whose: string } {
  const machine = machineMemory() / threads;
  return arithmetic().startsWith("wasm") && addressable < machine
    ? { bytes: addressable, whose: "WebAssembly can hold" }
    : { bytes: machine, whose: threads > 1 ? `this machine has for each of ${threads}` : "this machine has" };
}

/**
 * Refuses a training that no memory could hold, before any of it is allocated.
 *
 * @param config - the run
 * @param images - in the training split: a batch is not larger
 * @param workers - threads that share out every batch, each with a memory of its own
 * @throws ConfigError naming what is too large, how much it would take, and what to change
 */
export function checkTrainingMemory({ model, training }: RunConfig, images: number, workers: number): void {
  const states = 16 * parameterCount(model);
  if (states > addressable) {
    throw new ConfigError(
      `${parameterCount(model).toLocaleString("en-US")} parameters with their gradients and moments would take ` +
        `${gibibytes(states)}, and ${gibibytes(addressable)} is the most that WebAssembly can hold. ${smaller(model)}`,
    );
  }
  const batch = Math.min(training.batchSize, images);
  const { fixed, perImage } = estimate(model, "training");
  const { bytes, whose } = limit(workers);
  const needed = passBytes(model, "training", Math.ceil(batch / workers));
  if (needed <= bytes) return;
  const most = workers * Math.floor((bytes - fixed) / perImage);
  throw new ConfigError(
    `A training step on ${batch} images would take about ${gibibytes(needed)}${workers > 1 ? " in each thread" : ""}, ` +
      `and ${gibibytes(bytes)} is the most that ${whose}. ${smaller(model, batch)}` +
      (most >= 1 ? ` At most about ${most} images fit.` : ""),
  );
}

/**
 * How many images to evaluate at a time.
 *
 * @param model - the model
 * @param wanted - as many as this, where half of the memory would do
 * @throws ConfigError if not even one fits
 */
export function evaluationBatch(model: ModelConfig, wanted: number): number {
  const { fixed, perImage } = estimate(model, "evaluation");
  const { bytes, whose } = limit();
  if (fixed + perImage <= bytes) return Math.max(1, Math.min(wanted, Math.floor((bytes / 2 - fixed) / perImage)));
  throw new ConfigError(
    `One image would take about ${gibibytes(fixed + perImage)}, and ${gibibytes(bytes)} is the most that ${whose}. ` +
      smaller(model),
  );
}

/**
 * Where memory ran out after all, an error that says so; any other error as it is.
 *
 * @param error - what was thrown
 * @param config - what was being trained
 */
export function explainMemory(error: unknown, { model, training }: RunConfig): unknown {
  if (!isOutOfMemory(error)) return error;
  return new ConfigError(
    `The memory ran out. ${smaller(model, training.batchSize)} In a notebook, restart the kernel first.`,
    { cause: error },
  );
}
