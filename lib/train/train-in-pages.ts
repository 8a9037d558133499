import { ConfigError } from "../base/errors";
import type { Dataset } from "../data/dataset";
import { checkFit } from "./fit";
import { lossAndGradients } from "./gradients";
import { type LoopOptions, trainingLoop } from "./loop";
import { prepareObjective } from "./objective";
import { originPlaces } from "./origin-places";
import type { RunConfig } from "./record";
import type { TrainResult } from "./result";

/**
 * Trains a model in a page or one of its workers; the same configuration and seed give the same weights as in Node, bit
 * for bit.
 *
 * @param config - model and training
 * @param seed - initial weights, order of the images, augmentation
 * @param dataset - must have the model's image size, channels and classes
 * @param options - callbacks, cancel signal, state to go on from
 * @throws ConfigError if data and model do not fit, or another run is needed; DivergenceError if the loss is not finite;
 *   CancelledError if stopped
 */
export async function train(
  config: RunConfig,
  seed: number,
  dataset: Dataset,
  options: LoopOptions = {},
): Promise<TrainResult> {
  checkFit(config.model, dataset);
  const [needed] = originPlaces(config.training);
  if (needed) {
    throw new ConfigError(
      `training.${needed.key} needs a finished run, and a page keeps none. Leave it out, or train in Node.`,
    );
  }
  const objective = prepareObjective(config);
  try {
    return await trainingLoop(config, seed, dataset, options, {
      compute: (parameters, batch, progress) => lossAndGradients(config, parameters, batch, { progress, objective }),
    });
  } finally {
    objective.dispose();
  }
}
