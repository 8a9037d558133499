import * as tf from "@tensorflow/tfjs";

/**
 * Absolute value whose derivative at 0 is 0, as in PyTorch; TensorFlow.js takes −1 there.
 *
 * @param x - any shape
 * @returns shape of x
 */
export const abs = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  (save as tf.GradSaveFunc)([input]);
  return {
    value: tf.abs(input),
    gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, direction(saved)),
  };
}) as (x: tf.Tensor) => tf.Tensor;

/** @returns −1, 0 or 1; tf.sign is 0 below 1.2e-7 on the wasm backend */
export const direction = (x: tf.Tensor): tf.Tensor =>
  tf.sub(tf.cast(tf.greater(x, 0), "float32"), tf.cast(tf.less(x, 0), "float32"));
