import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";
import { abs, direction } from "./abs";

/**
 * The mean absolute entry of each row, β = mean abs(x), with dx = dβ · sign(x) / I.
 *
 * @param x - shape [..., I]
 * @returns shape [..., 1]
 */
export function tokenScale(x: tf.Tensor): tf.Tensor {
  if (!hasKernels()) return tf.mean(abs(x), -1, true);
  const run = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([input as tf.Tensor]);
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
      tf.mul(direction(saved), tf.div(dy, saved.shape[saved.rank - 1] as number));
    return { value: kernels.tokenScale(input as tf.Tensor), gradFunc };
  }) as (x: tf.Tensor) => tf.Tensor;
  return run(x);
}
