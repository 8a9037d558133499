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
    gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, tf.sign(saved)),
  };
}) as (x: tf.Tensor) => tf.Tensor;
