import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import * as tf from "@tensorflow/tfjs";
import { hasKernels, hasSignKernels } from "../backend/kernels";
import { ConfigError, DivergenceError, TrainingError } from "../base/errors";
import { howMany } from "../base/how-many";
import { kitRoot } from "../base/kit-root";
import type { Batch } from "../data/batches";
import type { ParameterArrays } from "../vit/parameters";
import { parameterShapes } from "../vit/places";
import type { WorkerReply, WorkerSetup, WorkerTask } from "./gradient-worker";
import { lossAndGradients, type StepResult } from "./gradients";
import { type Objective, prepareObjective } from "./objective";
import { loadRun } from "./origins";
import type { RunConfig } from "./record";

/** A thread, and the memory it writes its gradients to. */
interface Helper {
  readonly worker: Worker;
  readonly gradients: Float32Array;
}

/**
 * Shares a batch out over worker threads: the parameters lie in memory that all of them read, each computes the
 * gradients of its part, and the parts are added up in a fixed order, weighted by their number of images.
 */
export class GradientWorkers {
  private constructor(
    private readonly config: RunConfig,
    private readonly objective: Objective,
    /** Names in the order in which parameters and gradients lie in the shared memory. */
    private readonly names: readonly string[],
    private readonly parameters: Float32Array,
    private readonly helpers: readonly Helper[],
  ) {}

  /**
   * Starts threads on the backend that is set here.
   *
   * @param count - threads beside the calling one
   * @throws ConfigError if the backend is not WebAssembly with the kernels, `count` is not a positive whole number, or
   * there are many more threads than processor cores
   */
  static async start(config: RunConfig, count: number): Promise<GradientWorkers> {
    checkWorkers(count + 1);
    if (!hasKernels()) {
      throw new ConfigError(
        `Several workers need the wasm backend with binvit's kernels; this is ${tf.getBackend()}. Use one worker.`,
      );
    }
    const shapes = parameterShapes(config.model);
    const total = Object.values(shapes).reduce((sum, shape) => sum + size(shape), 0);
    const shared = () => new Float32Array(new SharedArrayBuffer(4 * total));
    const parameters = shared();
    const script = join(kitRoot(), "lib", "dist", "train", "gradient-worker.js");
    const helpers = Array.from({ length: count }, () => {
      const gradients = shared();
      const workerData: WorkerSetup = { config, parameters, gradients, oneBit: hasSignKernels() };
      return { worker: new Worker(script, { workerData }), gradients };
    });
    const workers = new GradientWorkers(
      config,
      prepareObjective(config, loadRun),
      Object.keys(shapes),
      parameters,
      helpers,
    );
    await Promise.all(helpers.map(({ worker }) => reply(worker))); // each says when its backend runs
    return workers;
  }

  /**
   * As the function of that name, computed by all.
   *
   * @param progress - how far the training is, 0 … 1
   * @throws DivergenceError if a binarized layer met NaN; TrainingError if a thread failed
   */
  async lossAndGradients(parameters: ParameterArrays, batch: Batch, progress = 0): Promise<StepResult> {
    let at = 0;
    for (const name of this.names) {
      this.parameters.set(parameters[name].data, at);
      at += parameters[name].data.length;
    }
    const [own, ...others] = parts(batch, this.helpers.length + 1);
    const replies = others.map((part, i) => {
      const task: WorkerTask = { images: part.images, labels: part.labels, count: part.count, progress };
      const answer = part.count > 0 ? reply(this.helpers[i].worker) : undefined;
      if (answer) this.helpers[i].worker.postMessage(task);
      return answer;
    });
    let result: StepResult | undefined;
    let failure: unknown;
    try {
      result = lossAndGradients(this.config, parameters, own, { progress, objective: this.objective });
    } catch (error) {
      failure = error; // the others must have answered before the next step
    }
    const answers = await Promise.all(replies);
    if (!result) throw failure;
    return this.sum(batch, own, result, answers);
  }

  /** Ends the threads. */
  async stop(): Promise<void> {
    this.objective.dispose();
    await Promise.all(this.helpers.map(({ worker }) => worker.terminate()));
  }

  private sum(batch: Batch, own: Batch, result: StepResult, answers: readonly (WorkerReply | undefined)[]): StepResult {
    const share = own.count / batch.count;
    let loss = result.loss * share;
    const logits = new Float32Array((result.logits.length / own.count) * batch.count);
    logits.set(result.logits);
    let filled = result.logits.length;
    for (const gradient of Object.values(result.gradients)) scale(gradient, share);
    for (const [i, answer] of answers.entries()) {
      if (!answer) continue;
      if (answer.problem !== undefined) {
        throw new (answer.diverged ? DivergenceError : TrainingError)(answer.problem);
      }
      const part = answer.count / batch.count;
      loss += answer.loss * part;
      logits.set(answer.logits, filled);
      filled += answer.logits.length;
      let at = 0;
      for (const name of this.names) {
        const gradient = result.gradients[name];
        const from = this.helpers[i].gradients;
        for (let j = 0; j < gradient.length; j++) gradient[j] += part * from[at + j];
        at += gradient.length;
      }
    }
    return { loss, logits, gradients: result.gradients };
  }
}

/** So many times the cores a run may have come with from a larger machine: what it gives depends on their number. */
const mostPerCore = 8;

/**
 * @param count - threads that share out a batch, the calling one included
 * @throws ConfigError if it is not a positive whole number, or far more than this machine has cores for
 */
export function checkWorkers(count: number): void {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new ConfigError(`Training needs a whole number of at least 1 worker, got ${count}.`);
  }
  const cores = availableParallelism();
  if (count <= mostPerCore * cores) return;
  throw new ConfigError(
    `${count} workers were asked for, but this machine has ${howMany(cores, "core")}; expected at most ` +
      `${mostPerCore * cores}. More workers than cores only wait for one another: use ${cores}.`,
  );
}

const size = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function scale(values: Float32Array, factor: number): void {
  for (let i = 0; i < values.length; i++) values[i] *= factor;
}

/** Contiguous parts of nearly the same size, the first not smaller than the others. */
function parts(batch: Batch, count: number): Batch[] {
  const pixels = batch.images.length / batch.count;
  return Array.from({ length: count }, (_, i) => {
    const [from, to] = [i, i + 1].map((edge) => Math.ceil((batch.count * edge) / count));
    return {
      images: batch.images.slice(from * pixels, to * pixels),
      labels: batch.labels.slice(from, to),
      count: to - from,
    };
  });
}

function reply(worker: Worker): Promise<WorkerReply> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(new TrainingError(`A training thread failed: ${error.message}`));
    worker.once("error", fail);
    worker.once("message", (message: WorkerReply) => {
      worker.off("error", fail);
      resolve(message);
    });
  });
}
