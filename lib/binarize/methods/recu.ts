import * as tf from "@tensorflow/tfjs";
import { deviations, sampleVariance } from "../../ops/deviation";
import { stopGradient } from "../../ops/stop-gradient";
import { type Method, use } from "../method";
import { inputQuantizer, type OwnParameter, weightQuantizer } from "../quantizer";
import { approx } from "../slopes/approx";
import { identity } from "../slopes/identity";
import { startedAtMeanSize } from "./mean-size";
import { signInput } from "./scaled-sign";

/** θ at the beginning and at the end of training. */
const [first, last] = [0.85, 0.99];

const epsilon = 1e-5;

const clamped = weightQuantizer({
  name: "recu",
  revision: 1,
  settings: {},
  parameters: (site): Record<string, OwnParameter> => ({ alpha: startedAtMeanSize(site) }),
  quantize(weight, { alpha }, { progress }) {
    const centered = deviations(weight, 0);
    const deviation = tf.sqrt(tf.add(sampleVariance(centered, [0]), epsilon));
    const standard = tf.mul(tf.div(centered, deviation), 2 * Math.SQRT2);
    const theta = first + ((last - first) * Math.expm1(progress)) / Math.expm1(1);
    const quantile = stopGradient(tf.mul(tf.mean(tf.abs(standard)), -Math.log(2 - 2 * theta)));
    const limit = tf.mul(quantile, tf.onesLike(standard)); // gradients of maximum do not broadcast
    const latent = tf.maximum(tf.minimum(standard, limit), tf.neg(limit));
    return { latent, slope: identity, factor: tf.reshape(alpha, [1, -1]) };
  },
  factors: () => "per-output",
});

const standardized = inputQuantizer({
  name: "recu",
  revision: 1,
  settings: {},
  rule(x) {
    const axes = [x.rank - 2, x.rank - 1];
    const centered = tf.sub(x, tf.mean(x, axes, true));
    return { slope: approx, gain: tf.rsqrt(tf.add(sampleVariance(centered, axes), epsilon)) };
  },
});

/**
 * ReCU: weights far out, whose signs would never change again, are brought back to a quantile.
 *
 * V₀ = 2√2 (W − mean W) / σ(W) of each output, V = clamp(V₀, ±Q), Q = −mean abs(V₀) · ln(2 − 2θ), W ≈ α sign(V) with α
 * learned; θ = 0.85 … 0.99 over training; x ≈ sign(x)
 *
 * Pseudo-gradient: through V as it is written, Q a constant; dx = dsigns · (2 − 2 abs(u)) / σ where abs(u) ≤ 1, u = x / σ
 * of the image, through σ too. As in the authors' code.
 *
 * Reference: Xu et al., *ReCU: Reviving the Dead Weights in Binary Neural Networks*, 2021, section 4.
 */
export const recu: Method = {
  title: "ReCU",
  reference: "Xu et al., ReCU, 2021",
  weight: use(clamped),
  input: use(standardized),
  operand: use(signInput, { slope: "approx" }),
};
