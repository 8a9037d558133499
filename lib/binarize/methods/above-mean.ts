import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { hasKernels, kernels } from "../../backend/kernels";
import { type InputRule, inputQuantizer } from "../quantizer";
import type { Slope } from "../slope";

/**
 * Attention probabilities binarized to {0, 1}: they are never negative, so their sign would be constant.
 *
 * A ≈ α [A ≥ 1/N], α = mean of the kept A in each row, the minimizer of ‖A − α b‖²; with scale `none`, α = 1/N
 *
 * Pseudo-gradient: dA = d(α b) where A is kept, 0 elsewhere; none through α.
 *
 * N: keys
 */
export const aboveMean = inputQuantizer({
  name: "above-mean",
  revision: 1,
  settings: { scale: z.enum(["none", "kept"]).default("kept") },
  rule(probabilities, _, { settings, site }) {
    // A uniform row is kept whole: rounding must not drop entries that are 1/N but for the last bit.
    const rule = { threshold: tf.tensor1d([(1 - 1e-5) / site.inputs]), slope: kept, levels: "zero-one" } as const;
    if (settings.scale === "none") {
      const factor = tf.tensor1d([1 / site.inputs]);
      return { ...rule, factor, gain: tf.div(2, factor) };
    }
    const gain = tf.div(2, keptMean(probabilities, rule)); // undoes the halving of ±1 and the α
    return { ...rule, factor: "kept", gain };
  },
  left: (_, { scale }) => ({ thresholds: 1, factor: scale === "none" ? "one" : "kept", levels: "zero-one" }),
  refuses: ({ role }) => (role === "probabilities" ? undefined : "only attention probabilities have a mean of 1/N"),
});

const kept: Slope = { revision: 1, at: (x) => tf.cast(tf.greaterEqual(x, 0), "float32") };

/**
 * From where on probabilities are kept: t + r · M, M the largest of the row.
 *
 * @param x - shape [B, H, N, N]
 * @param rule - its threshold t, 0 where it is left out, and its share r
 * @returns the threshold's shape, or with a share one for each row, [B, H, N, 1]
 */
export function keptFrom(x: tf.Tensor, { threshold, share }: Pick<InputRule, "threshold" | "share">): tf.Tensor {
  if (share === undefined) return threshold ?? tf.tensor1d([0]);
  const relative = tf.mul(
    constantOf(x, (p) => tf.max(p, -1, true)),
    share,
  );
  return threshold ? tf.add(threshold, relative) : relative;
}

/**
 * The mean of what is kept of each row, 0 where nothing is; a constant to the gradient.
 *
 * @param x - shape [B, H, N, N]
 * @param rule - from where on they are kept
 * @returns shape [B, H, N, 1]
 */
export function keptMean(x: tf.Tensor, rule: Pick<InputRule, "threshold" | "share">): tf.Tensor {
  return constantOf(x, (p) => meanAbove(p, keptFrom(p, rule)));
}

/** f(x), a constant to the gradient. `stopGradient` of it would have f differentiated, only to multiply by 0. */
function constantOf(x: tf.Tensor, f: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const constant = tf.customGrad((input) => ({
    value: f(input as tf.Tensor),
    gradFunc: () => tf.zeros(x.shape),
  })) as (x: tf.Tensor) => tf.Tensor;
  return constant(x);
}

function meanAbove(x: tf.Tensor, threshold: tf.Tensor): tf.Tensor {
  const heads = x.shape[x.rank - 3];
  if (hasKernels() && x.rank === 4 && (threshold.size === 1 || threshold.size === heads)) {
    return kernels.keepAbove(x, tf.reshape(threshold, [-1]))[1]; // as the engine adds them up
  }
  const bits = tf.cast(tf.greaterEqual(x, threshold), "float32");
  const count = tf.maximum(tf.sum(bits, -1, true), 1);
  return tf.div(tf.sum(tf.mul(bits, x), -1, true), count);
}
