import * as tf from "@tensorflow/tfjs";
import { stopGradient } from "./stop-gradient";

/**
 * Mean over one axis, exact where all values along it are equal: what is left after subtracting it is then 0, not a
 * rounding whose sign a binarizer would read.
 *
 * mean(x) = x₀ + mean(x − x₀)
 *
 * @param x - any shape
 * @param axis - which axis; negative counts from the last
 * @returns shape of x, with that axis at length 1
 */
export function mean(x: tf.Tensor, axis: number): tf.Tensor {
  const at = axis < 0 ? axis + x.rank : axis;
  const size = x.shape.map((length, i) => (i === at ? 1 : length));
  const first = stopGradient(tf.slice(x, Array(x.rank).fill(0), size));
  return tf.add(first, tf.mean(tf.sub(x, first), at, true));
}
