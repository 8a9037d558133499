import * as tf from "@tensorflow/tfjs";
import { abs } from "../ops/abs";
import { stopGradient } from "../ops/stop-gradient";
import type { Binarizer } from "./binarizer";
import { sign } from "./sign";

/**
 * An operand of a score product, binarized: both operands are activations here.
 *
 * X ≈ α sign(X), α = mean abs(X) of each token (any scale form but `none`)
 *
 * @param x - queries, keys or values; shape [B, H, N, d]
 * @param binarizer - `activationSte`, `scale` and `scaleGradient` are used
 * @returns shape of x
 */
export function binarizeOperand(x: tf.Tensor, binarizer: Binarizer): tf.Tensor {
  const signs = sign(x, binarizer.activationSte);
  if (binarizer.scale === "none") return signs;
  const factor = tf.mean(abs(x), -1, true);
  return tf.mul(signs, binarizer.scaleGradient === "detached" ? stopGradient(factor) : factor);
}

/**
 * Attention probabilities binarized to {0, 1}: they are never negative, so their sign would be constant.
 *
 * A ≈ α [A ≥ 1/N], α = mean of the kept A in each row, the minimizer of ‖A − α b‖²; with scale `none`, α = 1/N. The
 * gradient passes unchanged where A was kept and is 0 elsewhere.
 *
 * @param probabilities - rows that sum to 1; shape [B, H, N, N]
 * @param binarizer - `scale` is used
 * @returns shape of probabilities
 */
export function binarizeProbabilities(probabilities: tf.Tensor, binarizer: Binarizer): tf.Tensor {
  const keys = probabilities.shape[3] as number;
  const run = tf.customGrad((input, save) => {
    // A uniform row is kept whole: rounding must not drop entries that are 1/N but for the last bit.
    const kept = tf.cast(tf.greaterEqual(input as tf.Tensor, (1 - 1e-5) / keys), "float32");
    (save as tf.GradSaveFunc)([kept]);
    const sums = tf.sum(tf.mul(kept, input as tf.Tensor), -1, true);
    const factor = binarizer.scale === "none" ? tf.scalar(1 / keys) : tf.div(sums, tf.sum(kept, -1, true));
    return { value: tf.mul(kept, factor), gradFunc: (dy: tf.Tensor, [mask]: tf.Tensor[]) => tf.mul(dy, mask) };
  }) as (x: tf.Tensor) => tf.Tensor;
  return run(probabilities);
}
