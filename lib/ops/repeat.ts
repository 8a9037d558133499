import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";

/**
 * The same row for every image: y_b = x, with dx = Σ_b dy_b, added up image by image.
 *
 * TensorFlow.js's own gradient slices and adds once an image, a fifth of all operations of a small model's step. Here it is
 * a product with a row of ones, which adds in the same order up to 256 images.
 *
 * B: images
 *
 * @param x - shape [1, ...]
 * @param count - B
 * @returns shape [B, ...]
 */
export function repeat(x: tf.Tensor, count: number): tf.Tensor {
  const run = tf.customGrad((row) => ({
    value: tf.tile(row as tf.Tensor, [count, ...x.shape.slice(1).map(() => 1)]),
    gradFunc: (dy: tf.Tensor) => tf.reshape(sumOfRows(tf.reshape(dy, [count, -1])), x.shape),
  })) as (x: tf.Tensor) => tf.Tensor;
  return run(x);
}

const sumOfRows = (dy: tf.Tensor): tf.Tensor =>
  hasKernels() ? kernels.gemm(tf.ones([1, dy.shape[0]]), dy) : tf.sum(dy, 0);
