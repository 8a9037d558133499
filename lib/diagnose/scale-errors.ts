import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { binaryLatent, isBinarized } from "../vit/binary-latent";
import type { ModelConfig } from "../vit/config";
import type { ParameterArrays } from "../vit/parameters";
import { weightLayers } from "../vit/places";

/** How far the binary weights of a layer are from what they stand for: ‖V − αB‖ / ‖V‖, without unit. */
export interface LayerScaleError {
  /** E.g. `blocks.0.mlp.fc1`. */
  readonly layer: string;
  /** With the α that the model has. */
  readonly own: number;
  /** With the α that is best for each output, the mean of its abs(V); no α does better. */
  readonly best: number;
  /** With α = 1. */
  readonly one: number;
}

/**
 * The error of every binarized weight, with the model's own α, with the best one and with none.
 *
 * ‖V − αB‖ / ‖V‖, B = sign(V), over the whole matrix. At the best α = mean abs(V) of each output the square of it is
 * 1 − Σ_o I α_o² / ‖V‖²: of normal weights 0.603, whatever their size; of weights that are all ±c it is 0.
 *
 * V is what the quantizer takes the sign of, and α what it multiplies signs by. Where a quantizer brings V to another
 * scale than its α belongs to, `own` compares the two scales, and `best` alone speaks of the signs.
 *
 * I: inputs, o: an output
 *
 * @param config - the model
 * @param parameters - its parameters
 * @returns one row a layer, in the order data flows; empty for a float model
 *
 * Reference: Rastegari et al., *XNOR-Net*, 2016, section 3.1, eq. 6.
 */
export function scaleErrors(config: ModelConfig, parameters: ParameterArrays): LayerScaleError[] {
  return weightLayers(config)
    .filter(isBinarized)
    .map((place) => {
      const { latent, factor } = tf.tidy(() => {
        const { latent, factor } = binaryLatent(place, parameters);
        return { latent, factor: factor ?? tf.scalar(1) };
      });
      const [values, own] = [readFloats(latent), readFloats(factor)];
      tf.dispose([latent, factor]);
      const best = meanSizes(values, place.outputs);
      return {
        layer: place.name,
        own: relativeError(values, own),
        best: relativeError(values, best),
        one: relativeError(values, [1]),
      };
    });
}

/** Mean abs(V) over the inputs; V of shape [I, O], row-major. */
function meanSizes(values: Float32Array, outputs: number): Float64Array {
  const means = new Float64Array(outputs);
  for (let i = 0; i < values.length; i++) means[i % outputs] += Math.abs(values[i]);
  return means.map((sum) => (sum * outputs) / values.length);
}

/** ‖V − αB‖ / ‖V‖, with one α or one for each output; of weights that are all 0 none is lost where α is 0. */
function relativeError(values: Float32Array, alpha: ArrayLike<number>): number {
  let [error, size] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const binary = (values[i] < 0 ? -1 : 1) * alpha[i % alpha.length];
    error += (values[i] - binary) ** 2;
    size += values[i] ** 2;
  }
  return error === 0 ? 0 : Math.sqrt(error / size);
}
