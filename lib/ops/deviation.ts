import * as tf from "@tensorflow/tfjs";
import { mean } from "./mean";

/**
 * What is left of values without their mean over one axis: 0, and no rounding with a sign, where all are equal.
 *
 * d = x − mean(x)
 *
 * @param x - any shape
 * @param axis - which axis; negative counts from the last
 * @returns shape of x
 */
export const deviations = (x: tf.Tensor, axis: number): tf.Tensor => tf.sub(x, mean(x, axis));

/**
 * The unbiased variance, as public code of binarization has it.
 *
 * σ² = Σ d² / (n − 1)
 *
 * @param centered - d; any shape
 * @param axes - over which
 * @returns shape of d, with those axes at length 1
 */
export function sampleVariance(centered: tf.Tensor, axes: readonly number[]): tf.Tensor {
  const count = axes.reduce((product, axis) => product * (centered.shape[axis] as number), 1);
  return tf.div(tf.sum(tf.square(centered), [...axes], true), Math.max(1, count - 1));
}
