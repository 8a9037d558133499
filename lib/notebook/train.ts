import type { Dataset } from "../data/dataset";
import type { RunConfig } from "../train/record";
import { StoppedTraining, type TrainResult } from "../train/result";
import { type TrainOptions, train as trainToTheEnd } from "../train/train";
import { wasInterrupted } from "./cancel";

/**
 * Trains a model; the same configuration, seed and backend give the same weights, bit for bit.
 *
 * In a notebook, an interrupt of a cell whose signal is `newCellSignal()` ends the training and returns what it has
 * reached: the curve of the finished epochs, and the weights as they are.
 *
 * @param config - model and training
 * @param seed - initial weights, order of the images, augmentation
 * @param dataset - must have the model's image size, channels and classes
 * @param options - callbacks, cancel signal, state to go on from
 * @throws ConfigError if data and model do not fit; DivergenceError if the loss is not finite; CancelledError if stopped
 *   in another way, or before the first epoch ended
 */
export async function train(
  config: RunConfig,
  seed: number,
  dataset: Dataset,
  options: TrainOptions = {},
): Promise<TrainResult> {
  try {
    return await trainToTheEnd(config, seed, dataset, options);
  } catch (error) {
    const soFar = error instanceof StoppedTraining && wasInterrupted(options.signal) ? error.soFar : undefined;
    if (!soFar) throw error;
    const { epoch, validationAccuracy } = soFar.curve[soFar.curve.length - 1];
    const where = `epoch ${epoch} of ${config.training.epochs} (validation ${(100 * validationAccuracy).toFixed(1)}%)`;
    console.error(`Stopped at ${where}; the curve so far is kept.`);
    return soFar;
  }
}
