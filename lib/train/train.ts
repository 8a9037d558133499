import type { Dataset } from "../data/dataset";
import { checkFit } from "./fit";
import { checkWorkers, GradientWorkers } from "./gradient-workers";
import { lossAndGradients } from "./gradients";
import { type ComputeStep, type LoopOptions, trainingLoop } from "./loop";
import { checkTrainingMemory, explainMemory } from "./memory";
import { prepareObjective } from "./objective";
import { checkOrigins, loadRun } from "./origins";
import type { RunConfig } from "./record";
import type { TrainResult } from "./result";

/** What a caller may watch, stop, continue or share out. */
export interface TrainOptions extends LoopOptions {
  /**
   * Threads that share out every batch, this one included. The same seed gives the same weights for the same number;
   * another number adds the gradients up in another order, so its last digits differ.
   */
  readonly workers?: number;
}

/**
 * Trains a model; the same configuration, seed and backend give the same weights, bit for bit.
 *
 * @param config - model and training
 * @param seed - initial weights, order of the images, augmentation
 * @param dataset - must have the model's image size, channels and classes
 * @param options - callbacks, cancel signal, state to go on from
 * @throws ConfigError if data and model do not fit, or no memory holds a step; DivergenceError if the loss is not finite; CancelledError if stopped
 */
export async function train(
  config: RunConfig,
  seed: number,
  dataset: Dataset,
  options: TrainOptions = {},
): Promise<TrainResult> {
  const { workers = 1 } = options;
  checkRun(config, dataset, workers);
  const steps = await startSteps(config, workers);
  try {
    const { from } = config.training;
    const taken = from === undefined || options.resume ? {} : loadRun(from).parameters;
    return await trainingLoop(config, seed, dataset, options, { compute: steps.compute, taken });
  } catch (error) {
    throw explainMemory(error, config);
  } finally {
    await steps.stop();
  }
}

async function startSteps(config: RunConfig, workers: number): Promise<{ compute: ComputeStep; stop: () => unknown }> {
  if (workers !== 1) {
    const threads = await GradientWorkers.start(config, workers - 1);
    return { compute: threads.lossAndGradients.bind(threads), stop: () => threads.stop() };
  }
  const objective = prepareObjective(config, loadRun);
  return {
    compute: (parameters, batch, progress) => lossAndGradients(config, parameters, batch, { progress, objective }),
    stop: objective.dispose,
  };
}

/** @throws ConfigError if data, model and the runs that it needs do not fit, or no memory could hold a training step */
export function checkRun(config: RunConfig, dataset: Dataset, workers: number): void {
  checkFit(config.model, dataset);
  checkWorkers(workers);
  checkOrigins(config);
  checkTrainingMemory(config, dataset.train.count, workers);
}
