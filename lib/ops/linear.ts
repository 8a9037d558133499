import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";
import { lengthsOf } from "./lengths";

/**
 * Affine map of the last axis.
 *
 * y = x · W + b, with dx = dy · Wᵀ, dW = xᵀ · dy, db = Σ dy
 *
 * The gradient is written out because the WebAssembly backend multiplies transposed matrices 10 to 15 times slower
 * than plain ones: either our own product handles the transpose, or it is made explicit before the product.
 *
 * B: images, N: tokens
 *
 * @param x - input; shape [..., in]
 * @param weight - shape [in, out]
 * @param bias - shape [out]; left out, nothing is added
 * @returns shape [..., out]
 * @throws TrainingError if the shapes do not belong together
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const lengths = lengthsOf("linear: weight", weight, "in out");
  lengthsOf("linear: x", x, "... in", lengths);
  if (bias) lengthsOf("linear: bias", bias, "out", lengths);
  return tf.tidy(() => {
    const flat = tf.reshape(x, [-1, lengths.in]);
    const product = bias ? affine(flat, weight, bias) : matMul(flat, weight);
    return tf.reshape(product, [...x.shape.slice(0, -1), lengths.out]);
  });
}

const matMul = tf.customGrad((x, weight, save) => {
  const [input, matrix] = [x as tf.Tensor2D, weight as tf.Tensor2D];
  (save as tf.GradSaveFunc)([input, matrix]);
  return {
    value: hasKernels() ? kernels.gemm(input, matrix) : tf.matMul(input, matrix),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [inputGradient(dy, saved[1]), weightGradient(saved[0], dy)],
  };
}) as (x: tf.Tensor, weight: tf.Tensor) => tf.Tensor;

const affine = tf.customGrad((x, weight, bias, save) => {
  const [input, matrix, row] = [x as tf.Tensor2D, weight as tf.Tensor2D, bias as tf.Tensor1D];
  (save as tf.GradSaveFunc)([input, matrix]);
  return {
    value: hasKernels() ? kernels.gemm(input, matrix, { bias: row }) : tf.add(tf.matMul(input, matrix), row),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => [
      inputGradient(dy, saved[1]),
      weightGradient(saved[0], dy),
      hasKernels() ? kernels.sumRows(dy) : tf.sum(dy, 0),
    ],
  };
}) as (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) => tf.Tensor;

function inputGradient(dy: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  if (hasKernels()) return kernels.gemm(dy, weight, { transposeB: true });
  return tf.matMul(dy as tf.Tensor2D, tf.transpose(weight) as tf.Tensor2D);
}

function weightGradient(x: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  if (hasKernels()) return kernels.gemm(x, dy, { transposeA: true });
  return tf.matMul(tf.transpose(x) as tf.Tensor2D, dy as tf.Tensor2D);
}
