import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";
import { stopGradient } from "./stop-gradient";

/**
 * e^(scale · (x − max x)) of each row, and 0 where that is below e^−60, as in kernels/assembly/exp.ts: a backend's own
 * limit is elsewhere.
 */
export function powersOfRows(x: tf.Tensor, scale = 1): tf.Tensor {
  const largest = stopGradient(tf.max(x, -1, true)); // it shifts what softmax does not see
  const exponents = tf.mul(tf.sub(x, largest), scale);
  return tf.mul(tf.exp(exponents), tf.cast(tf.greaterEqual(exponents, -60), "float32"));
}

/**
 * Softmax of each row.
 *
 * p = e^(scale · (x − max x)) / Σ e^(scale · (x − max x)), dx = scale · p (dp − Σ dp p)
 *
 * @param x - shape [..., N]
 * @param scale - what x is multiplied by first
 * @returns rows that sum to 1; shape of x
 */
export function softmax(x: tf.Tensor, scale = 1): tf.Tensor {
  if (!hasKernels()) {
    const powers = powersOfRows(x, scale);
    return tf.div(powers, tf.sum(powers, -1, true));
  }
  const run = tf.customGrad((input, save) => {
    const p = kernels.softmax(input as tf.Tensor, scale);
    (save as tf.GradSaveFunc)([p]);
    return { value: p, gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => kernels.softmaxGrad(dy, saved, scale) };
  }) as (x: tf.Tensor) => tf.Tensor;
  return run(x);
}
