import * as tf from "@tensorflow/tfjs";
import { positive } from "../../ops/positive";
import { scaleGradient } from "../../ops/scale-gradient";
import { type Method, use } from "../method";
import { inputQuantizer, type OwnParameter, plainSigns, weightQuantizer } from "../quantizer";
import { clip } from "../slopes/clip";

const meanSize = (x: tf.Tensor): tf.Tensor => tf.mean(tf.abs(x));

const weightStep = weightQuantizer({
  name: "lsq",
  revision: 1,
  settings: {},
  parameters: (): Record<string, OwnParameter> => ({
    alpha: {
      shape: [1],
      start: ({ weight }) => [(2 * weight.reduce((sum, w) => sum + Math.abs(w), 0)) / Math.max(1, weight.length)],
    },
  }),
  quantize(weight, { alpha }) {
    const factor = tf.reshape(scaleGradient(positive(alpha), 1 / Math.sqrt(weight.size)), [1, 1]);
    return { latent: tf.div(weight, factor), slope: clip, factor };
  },
  factors: () => "one",
});

const inputStep = inputQuantizer({
  name: "lsq",
  revision: 1,
  settings: {},
  parameters: (): Record<string, OwnParameter> => ({
    step: { shape: [1], start: 1, fromFirstBatch: (x) => tf.mul(meanSize(x), 2) },
  }),
  rule(_, { step }, { site: { tokens, inputs } }) {
    const factor = scaleGradient(positive(step), 1 / Math.sqrt(tokens * inputs));
    return { slope: clip, gain: tf.div(1, factor), factor };
  },
  left: () => ({ ...plainSigns, factor: "one" }),
  refuses: ({ role }) =>
    role === "probabilities" ? "its levels are ±1, and probabilities are never negative" : undefined,
});

/**
 * LSQ at one bit: learned step sizes of weights and inputs.
 *
 * W ≈ α sign(W / α), x ≈ s sign(x / s), α and s one number each
 *
 * Pseudo-gradient: 1 where the quotient is within ±1, and through the quotient: d/dα = sign(W) − W/α inside, sign(W)
 * outside; that of α times 1/√(I · O), of s times 1/√(N · I) of one image. They start at twice the mean size, s of the
 * first batch. The paper has no 1-bit case; this is its eq. 3 with sign in place of rounding.
 *
 * Reference: Esser et al., *Learned Step Size Quantization*, 2020, section 2, eq. 1 to 3.
 */
export const lsq: Method = {
  title: "LSQ",
  reference: "Esser et al., Learned Step Size Quantization, 2020",
  weight: use(weightStep),
  input: use(inputStep),
};
