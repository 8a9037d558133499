import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";

/**
 * Exchanges the two middle axes; the gradient is exchanged back.
 *
 * A transpose of many axes is what the WebAssembly backend is slowest at: 50 times as slow as a copy.
 *
 * @param x - shape [A, M, P, d]
 * @returns shape [A, P, M, d]
 */
export function swapAxes(x: tf.Tensor): tf.Tensor {
  if (!hasKernels()) return tf.transpose(x, [0, 2, 1, 3]);
  const run = tf.customGrad((input) => ({
    value: kernels.swapAxes(input as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => kernels.swapAxes(dy),
  })) as (x: tf.Tensor) => tf.Tensor;
  return run(x);
}
