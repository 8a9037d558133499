import * as tf from "@tensorflow/tfjs";
import { isKernelScale } from "../backend/kernel-codes";
import { hasKernels, kernels } from "../backend/kernels";
import { readFloats } from "../backend/read";
import { ConfigError, FileError } from "../base/errors";
import { type Binarizer, scaleCount } from "../binarize/binarizer";
import { signsAndFactor } from "../binarize/weight";
import type { WeightLayer } from "../vit/layers";
import type { ParameterArrays } from "../vit/parameters";

/** What is left of a binarized weight after training. */
export interface TrainedWeight {
  /** ±1; shape [I, O], row-major. */
  readonly signs: Float32Array;
  /** α: one for each output, or one for all; none where it is 1. */
  readonly alpha?: Float32Array;
}

/**
 * Signs and coefficients of a layer, as every file of a trained model stores them.
 *
 * They come from what training uses on the current backend: a form of the coefficient that is added there is known here
 * at once, and on the wasm backend the numbers are the simulation's to the last bit.
 *
 * @param layer - which
 * @param how - its binarizer
 * @param parameters - of the model
 * @throws ConfigError if the form of the coefficient is unknown, or is not one for each output or one for all
 */
export function trainedWeight(
  { weight, scale, inputs, outputs }: WeightLayer,
  how: Binarizer,
  parameters: ParameterArrays,
): TrainedWeight {
  const count = scaleCount(how.scale, outputs);
  const tensors = tf.tidy(() => {
    const latent = tf.tensor(parameters[weight].data, [inputs, outputs]);
    const learned = parameters[scale] && tf.tensor(parameters[scale].data, [...parameters[scale].shape]);
    if (hasKernels() && isKernelScale(how.scale)) {
      const [signs, alpha] = kernels.binarizeWeight(latent, { scale: how.scale, center: how.center }, learned);
      return [signs, tf.slice(alpha, 0, count)]; // they repeat one coefficient for every output
    }
    const { signs, factor } = signsAndFactor(latent, how, learned);
    return [signs, factor ?? tf.zeros([0])];
  });
  const [signs, alpha] = tensors.map((tensor) => readFloats(tensor));
  tf.dispose(tensors);
  if (alpha.length !== count) {
    throw new ConfigError(
      `Scale form "${how.scale}" gives ${alpha.length} coefficients for ${weight}, expected ${count}: one for each ` +
        'output, or one in all if its name contains "tensor". Nothing else can be stored.',
    );
  }
  return count === 0 ? { signs } : { signs, alpha };
}

/** @throws FileError naming a parameter that is not finite */
export function expectFinite(parameters: ParameterArrays): void {
  for (const [name, { data }] of Object.entries(parameters)) {
    if (data.every(Number.isFinite)) continue;
    throw new FileError(`Parameter "${name}" holds numbers that are not finite: the training diverged. Train again.`);
  }
}
