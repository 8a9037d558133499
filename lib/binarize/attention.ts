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
  const run = tf.customGrad((input, save) => {
    const { kept, factor } = keptAndFactor(input as tf.Tensor, binarizer);
    (save as tf.GradSaveFunc)([kept]);
    return { value: tf.mul(kept, factor), gradFunc: (dy: tf.Tensor, [mask]: tf.Tensor[]) => tf.mul(dy, mask) };
  }) as (x: tf.Tensor) => tf.Tensor;
  return run(probabilities);
}

/**
 * The values of all tokens, weighted by binarized probabilities.
 *
 * context = α ([A ≥ 1/N] · V), with α and gradients as for `binarizeProbabilities`
 *
 * α comes last: sums of ±1 are whole numbers, and one that is 0 stays 0, whose sign is +1 on every backend; sums of ±α
 * would leave a rounding.
 *
 * @param probabilities - rows that sum to 1; shape [B, H, N, N]
 * @param value - shape [B, H, N, d]
 * @param binarizer - `scale` is used
 * @returns shape [B, H, N, d]
 */
export function attendBinary(probabilities: tf.Tensor, value: tf.Tensor, binarizer: Binarizer): tf.Tensor {
  const run = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const [input, values] = args as tf.Tensor[];
    const { kept, factor } = keptAndFactor(input, binarizer);
    save([kept, factor, values]);
    return {
      value: tf.mul(tf.matMul(kept, values), factor),
      gradFunc: (dy: tf.Tensor, [mask, alpha, saved]: tf.Tensor[]) => [
        tf.mul(mask, tf.matMul(dy, saved, false, true)),
        tf.matMul(mask, tf.mul(dy, alpha), true),
      ],
    };
  }) as (a: tf.Tensor, v: tf.Tensor) => tf.Tensor;
  return run(probabilities, value);
}

/** [A ≥ 1/N], and α of each row or of all. */
function keptAndFactor(probabilities: tf.Tensor, { scale }: Binarizer): { kept: tf.Tensor; factor: tf.Tensor } {
  const keys = probabilities.shape[3] as number;
  // A uniform row is kept whole: rounding must not drop entries that are 1/N but for the last bit.
  const kept = tf.cast(tf.greaterEqual(probabilities, (1 - 1e-5) / keys), "float32");
  if (scale === "none") return { kept, factor: tf.scalar(1 / keys) };
  return { kept, factor: tf.div(tf.sum(tf.mul(kept, probabilities), -1, true), tf.sum(kept, -1, true)) };
}
