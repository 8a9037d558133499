import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";
import { deviations } from "./deviation";

/**
 * Layer normalization over the last axis.
 *
 * y = γ · (x − mean) / √(var + ε) + β
 *
 * B: images, N: tokens, D: width
 *
 * @param x - shape [B, N, D] (any leading axes)
 * @param gamma - shape [D]
 * @param beta - shape [D]
 * @param epsilon - added to the variance
 * @returns shape of x
 *
 * Reference: Ba, Kiros, Hinton, *Layer Normalization*, 2016, eq. 4.
 */
export function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor {
  const normalize = tf.customGrad((input, scale, shift, save) => {
    const keep = save as tf.GradSaveFunc;
    const [g, b] = [scale as tf.Tensor, shift as tf.Tensor];
    if (hasKernels()) {
      const [y, center, inverse] = kernels.layerNorm(input as tf.Tensor, g, b, epsilon);
      keep([input as tf.Tensor, g, center, inverse]);
      return {
        value: y,
        gradFunc: (dy: tf.Tensor, [savedX, savedG, savedCenter, savedInverse]: tf.Tensor[]) =>
          kernels.layerNormGrad(dy, savedX, savedG, savedCenter, savedInverse) as tf.Tensor[],
      };
    }
    const centered = deviations(input as tf.Tensor, -1);
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centered), -1, true), epsilon));
    const normalized = tf.mul(centered, inverse);
    keep([normalized, inverse, g]);
    return { value: tf.add(tf.mul(normalized, g), b), gradFunc: plainGradient };
  }) as (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => tf.Tensor;
  return normalize(x, gamma, beta);
}

// dx = (h − mean(h) − n · mean(h · n)) / σ with h = dy · γ and n the normalized input.
function plainGradient(dy: tf.Tensor, [normalized, inverse, gamma]: tf.Tensor[]): tf.Tensor[] {
  const h = tf.mul(dy, gamma);
  const projection = tf.mul(normalized, tf.mean(tf.mul(h, normalized), -1, true));
  const dx = tf.mul(inverse, tf.sub(tf.sub(h, tf.mean(h, -1, true)), projection));
  const leading = dy.shape.map((_, axis) => axis).slice(0, -1);
  return [dx, tf.sum(tf.mul(dy, normalized), leading), tf.sum(dy, leading)];
}
