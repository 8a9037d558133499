import * as tf from "@tensorflow/tfjs";

/**
 * The identity, through which no gradient flows.
 *
 * @param x - any shape
 * @returns x
 */
export const stopGradient = tf.customGrad((x) => ({
  value: (x as tf.Tensor).clone(),
  gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
})) as (x: tf.Tensor) => tf.Tensor;
