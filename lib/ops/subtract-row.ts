import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";

/**
 * The same row taken from every row: y = x − r, with dr = −Σ dy.
 *
 * @param x - shape [..., D]
 * @param row - shape [D], or [1]
 * @returns shape of x
 */
export function subtractRow(x: tf.Tensor, row: tf.Tensor): tf.Tensor {
  if (!hasKernels() || row.size === 1) return tf.sub(x, row);
  const run = tf.customGrad((a, b) => ({
    value: tf.sub(a as tf.Tensor, b as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => [tf.reshape(dy, dy.shape), tf.neg(kernels.sumRows(dy))],
  })) as (x: tf.Tensor, row: tf.Tensor) => tf.Tensor;
  return run(x, row);
}
