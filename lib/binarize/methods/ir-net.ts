import * as tf from "@tensorflow/tfjs";
import { abs } from "../../ops/abs";
import { deviations, sampleVariance } from "../../ops/deviation";
import { stopGradient } from "../../ops/stop-gradient";
import { type Method, use } from "../method";
import { weightQuantizer } from "../quantizer";
import { ede } from "../slopes/ede";
import { signInput } from "./scaled-sign";

const balanced = weightQuantizer({
  name: "ir-net",
  revision: 1,
  settings: {},
  quantize(weight) {
    const centered = deviations(weight, 0);
    const deviation = tf.sqrt(tf.maximum(sampleVariance(centered, [0]), 1e-30)); // of equal weights nothing is left
    const latent = tf.div(centered, deviation);
    const size = stopGradient(tf.mean(abs(latent), 0, true));
    return { latent, slope: ede, factor: tf.pow(2, tf.round(tf.div(tf.log(tf.maximum(size, 1e-30)), Math.LN2))) };
  },
  factors: () => "per-output",
});

/**
 * IR-Net: balanced and standardized weights, scales that are powers of two, and a slope that decays towards sign.
 *
 * V = (W − mean W) / σ(W) of each output, W ≈ α sign(V), α = 2^round(log₂ mean abs(V)); x ≈ sign(x)
 *
 * Pseudo-gradient: the error decay estimator (`ede`) for both signs; through mean and σ as they are written; none through α.
 * σ divides by n − 1, as in the public code.
 *
 * Reference: Qin et al., *Forward and Backward Information Retention for Accurate Binary Neural Networks*, 2020, eq. 5 to 11.
 */
export const irNet: Method = {
  title: "IR-Net",
  reference: "Qin et al., Forward and Backward Information Retention, 2020",
  weight: use(balanced),
  input: use(signInput, { slope: "ede" }),
};
