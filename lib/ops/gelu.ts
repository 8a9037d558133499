import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";

/**
 * Gaussian error linear unit, exact form.
 *
 * y = x · Φ(x), Φ(x) = (1 + erf(x / √2)) / 2; dy/dx = Φ(x) + x · φ(x), φ(x) = e^(−x²/2) / √(2π)
 *
 * The sign of y is that of x, on every backend and however far out: where y would round to −0, whose sign is +1, it is a
 * negative number of less than 1e-25. Of a binarized layer that follows, that sign is all there is.
 *
 * @param x - any shape
 * @returns shape of x; absolute error below 2e-6
 *
 * Reference: Hendrycks and Gimpel, *Gaussian Error Linear Units*, 2016, section 2.
 */
export const gelu = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  (save as tf.GradSaveFunc)([input]);
  return {
    value: hasKernels() ? kernels.gelu(input) : plainGelu(input),
    gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => {
      if (hasKernels()) return kernels.geluGrad(dy, saved);
      const density = tf.mul(tf.exp(tf.mul(tf.square(saved), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy, tf.add(normalCdf(saved), tf.mul(saved, density)));
    },
  };
}) as (x: tf.Tensor) => tf.Tensor;

function plainGelu(x: tf.Tensor): tf.Tensor {
  const y = tf.mul(x, normalCdf(x));
  const lost = tf.cast(tf.logicalAnd(tf.less(x, 0), tf.greaterEqual(y, 0)), "float32");
  return tf.sub(y, tf.mul(lost, 2 ** -126)); // the smallest number that no backend takes for 0
}

// As in kernels/assembly/gelu.ts, where the method is explained: 1 + erf would lose Φ of negative x to rounding.
const tailTerms = [0.5307027145, -0.7265760135, 0.7107068705, -0.142248368, 0.127414796];

function normalCdf(x: tf.Tensor): tf.Tensor {
  const bell = tf.exp(tf.maximum(tf.mul(tf.square(x), -0.5), -60));
  const t = tf.div(1, tf.add(1, tf.mul(tf.abs(x), 0.2316418882)));
  const polynomial = tailTerms.reduce((p: tf.Tensor, term) => tf.add(tf.mul(p, t), term), tf.zerosLike(t));
  const tail = tf.mul(tf.mul(polynomial, t), bell); // Φ(−abs(x))
  const above = tf.cast(tf.greater(x, 0), "float32");
  return tf.add(tail, tf.mul(above, tf.sub(1, tf.mul(tail, 2))));
}
