import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";

/**
 * Gaussian error linear unit, exact form.
 *
 * y = x · Φ(x), Φ(x) = (1 + erf(x / √2)) / 2; dy/dx = Φ(x) + x · φ(x), φ(x) = e^(−x²/2) / √(2π)
 *
 * @param x - any shape
 * @returns shape of x
 *
 * Reference: Hendrycks and Gimpel, *Gaussian Error Linear Units*, 2016, section 2.
 */
export const gelu = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  (save as tf.GradSaveFunc)([input]);
  return {
    value: hasKernels() ? kernels.gelu(input) : tf.mul(input, normalCdf(input)),
    gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => {
      if (hasKernels()) return kernels.geluGrad(dy, saved);
      const density = tf.mul(tf.exp(tf.mul(tf.square(saved), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy, tf.add(normalCdf(saved), tf.mul(saved, density)));
    },
  };
}) as (x: tf.Tensor) => tf.Tensor;

const normalCdf = (x: tf.Tensor): tf.Tensor => tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
