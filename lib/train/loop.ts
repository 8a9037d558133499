import * as tf from "@tensorflow/tfjs";
import { DivergenceError } from "../base/errors";
import { pause } from "../base/pause";
import type { Batch } from "../data/batches";
import type { Dataset } from "../data/dataset";
import type { ModelConfig } from "../vit/config";
import { type ParameterArrays, toTensors } from "../vit/parameters";
import { adamWDefaults, clipFactor } from "./adamw";
import { epochBatches } from "./epoch-batches";
import { evaluate, type ImageEvaluation } from "./evaluate";
import { flipShare, weightBits } from "./flips";
import type { StepResult } from "./gradients";
import { decays, latentWeights } from "./latent";
import { Optimizer } from "./optimizer";
import type { EpochRecord, RunConfig } from "./record";
import { StoppedTraining, type TrainResult } from "./result";
import { RunningEpoch } from "./running-epoch";
import { learningRateAt } from "./schedule";
import { startParameters } from "./start";
import { snapshot, type TrainingState } from "./state";

/** Where a running training stands. */
export interface Progress {
  readonly epoch: number;
  readonly epochs: number;
  /** Finished steps of all epochs together. */
  readonly step: number;
  readonly steps: number;
  /** Loss of the last batch. */
  readonly loss: number;
}

/** What a caller may watch, stop or continue. */
export interface LoopOptions {
  /** `state` copies what is needed to go on from after this step. */
  readonly onStep?: (progress: Progress, state: () => TrainingState) => void;
  readonly onEpoch?: (record: EpochRecord, state: () => TrainingState) => void;
  /** Stops the run with a `StoppedTraining` at the next step. */
  readonly signal?: AbortSignal;
  /** Go on from here; the result is the same, bit for bit, as without the interruption. */
  readonly resume?: TrainingState;
}

/** Loss and gradients of a batch, by this thread or by several. */
export type ComputeStep = (
  parameters: ParameterArrays,
  batch: Batch,
  progress: number,
) => StepResult | Promise<StepResult>;

/** What computes the steps of a run, and what it starts from. */
interface Setup {
  readonly compute: ComputeStep;
  /** Parameters taken from a finished run; the others are fresh. */
  readonly taken?: ParameterArrays;
}

/**
 * The loop of every training, here and in a page: epochs of batches, then the test split.
 *
 * @param config - model and training
 * @param seed - initial weights, order of the images, augmentation
 * @param dataset - fits the model
 * @param options - callbacks, cancel signal, state to go on from
 * @param setup - what computes, and what is started from
 * @throws DivergenceError if the loss is not finite; CancelledError if stopped
 */
export async function trainingLoop(
  config: RunConfig,
  seed: number,
  dataset: Dataset,
  options: LoopOptions,
  { compute, taken }: Setup,
): Promise<TrainResult> {
  const { model, training } = config;
  const { resume } = options;
  const optimizer = new Optimizer(resume ?? { weights: startParameters(config, seed, dataset, taken) });
  const { states } = optimizer;
  const kinds = decays(model);
  const latent = latentWeights(model);
  const { weightDecay, latentDecay = weightDecay } = training;
  const decayOf = (name: string) => ({ none: 0, matrix: weightDecay, latent: latentDecay })[kinds.get(name) ?? "none"];
  const curve = [...(resume?.curve ?? [])];
  const stepsPerEpoch = Math.ceil(dataset.train.count / training.batchSize);
  const steps = stepsPerEpoch * training.epochs;
  const startedAt = performance.now();
  const seconds = () => (resume?.seconds ?? 0) + (performance.now() - startedAt) / 1000;
  let saved = resume?.running;
  let step = curve.length * stepsPerEpoch + (saved?.batches ?? 0);
  const rateAt = (at: number) =>
    learningRateAt(at, steps, training.warmupEpochs * stepsPerEpoch, training.learningRate);
  const stopped = (state: TrainingState) =>
    new StoppedTraining(
      `Training was stopped at step ${step + 1} of ${steps}.`,
      curve.length > 0 ? resultSoFar(model, dataset, state) : undefined,
      state,
    );
  for (let epoch = curve.length + 1; epoch <= training.epochs; epoch++) {
    const running = new RunningEpoch(saved?.bitsBefore ?? weightBits(model, states), saved);
    const batches = epochBatches(config, seed, dataset, epoch, saved?.batches);
    saved = undefined;
    const state = () => snapshot(states, curve, seconds(), step / steps, running.state());
    for (const batch of batches) {
      if (options.signal?.aborted) throw stopped(state());
      const progress = step / steps;
      step++;
      const { loss, logits, gradients } = await attempt(
        () => compute(states, batch, progress),
        () => diverged(`Activations became NaN at step ${step}`, epoch, training),
      );
      const clip = clipFactor(optimizer.gradientNorm(gradients), training.clipNorm);
      if (!Number.isFinite(loss)) throw diverged(`The loss became ${loss} at step ${step}`, epoch, training);
      if (!(clip > 0)) throw diverged(`The gradient became infinite at step ${step}`, epoch, training);
      optimizer.step(step, { ...adamWDefaults, learningRate: rateAt(step - 1) }, clip, decayOf);
      if (training.latentClip !== "off") optimizer.clip(latent, training.latentClip);
      running.add(batch, loss, logits);
      options.onStep?.({ epoch, epochs: training.epochs, step, steps, loss }, state);
      await pause(); // lets interrupts, displays and other callbacks in
    }
    const elapsed = running.seconds();
    const validation = await attempt(
      () => evaluateArrays(model, states, dataset, dataset.validation, epoch / training.epochs),
      () => diverged(`The validation loss became NaN after step ${step}`, epoch, training),
    );
    if (!Number.isFinite(validation.loss)) {
      throw diverged(`The validation loss became ${validation.loss} after step ${step}`, epoch, training);
    }
    const infinite = Object.keys(states).find((name) => !states[name].weight.every(Number.isFinite));
    if (infinite) throw diverged(`"${infinite}" is no longer finite after step ${step}`, epoch, training);
    const record: EpochRecord = {
      epoch,
      ...running.result(),
      validationLoss: validation.loss,
      validationAccuracy: validation.accuracy,
      learningRate: rateAt(step - 1),
      flipShare: flipShare(running.bitsBefore, weightBits(model, states)),
      imagesPerSecond: dataset.train.count / elapsed,
    };
    curve.push(record);
    options.onEpoch?.(record, () => snapshot(states, curve, seconds(), step / steps));
  }
  const parameters = snapshot(states, curve, seconds(), 1).weights; // of their own: the states are views of one memory
  const test = evaluateArrays(model, states, dataset, dataset.test);
  if (!Number.isFinite(test.loss)) throw diverged(`The test loss became ${test.loss}`, training.epochs, training);
  return { parameters, curve, test, seconds: seconds() };
}

/** What a stopped training has reached; the test split is measured on only if somebody asks, which may take seconds. */
function resultSoFar(model: ModelConfig, dataset: Dataset, { weights, curve, seconds }: TrainingState): TrainResult {
  let test: ImageEvaluation | undefined;
  return {
    parameters: weights,
    curve,
    seconds,
    get test() {
      test ??= evaluateArrays(model, weights, dataset, dataset.test);
      return test;
    },
  };
}

// NaN that reaches a binarized layer stops there, which knows nothing of steps and epochs.
async function attempt<T>(compute: () => T | Promise<T>, diverged: () => DivergenceError): Promise<T> {
  try {
    return await compute();
  } catch (error) {
    throw error instanceof DivergenceError ? diverged() : error;
  }
}

function diverged(what: string, epoch: number, { learningRate, clipNorm }: RunConfig["training"]): DivergenceError {
  return new DivergenceError(
    `${what} (epoch ${epoch}). Lower training.learningRate (now ${learningRate}) or training.clipNorm (now ${clipNorm}).`,
  );
}

function evaluateArrays(
  model: ModelConfig,
  arrays: ParameterArrays,
  dataset: Dataset,
  split: Dataset["test"],
  progress = 1,
): ImageEvaluation {
  const tensors = toTensors(arrays);
  try {
    return evaluate(model, tensors, dataset, split, undefined, { progress });
  } finally {
    tf.dispose(tensors);
  }
}
