import * as tf from "@tensorflow/tfjs";
import { startOf } from "./held";

/**
 * The same value with a smaller gradient: y = x, dx = factor · dy.
 *
 * @param x - any shape
 * @param factor - what its gradient is multiplied by
 * @returns shape of x
 */
export function scaleGradient(x: tf.Tensor, factor: number): tf.Tensor {
  const start = startOf(x);
  if (start) return tf.add(start, tf.mul(tf.sub(x, start), factor));
  const run = tf.customGrad((input) => ({
    value: tf.clone(input as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.mul(dy, factor),
  })) as (x: tf.Tensor) => tf.Tensor;
  return run(x);
}
