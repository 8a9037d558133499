import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { type Method, use } from "../method";
import { inputQuantizer } from "../quantizer";
import { identity } from "../slopes/identity";
import { keptMean } from "./above-mean";
import { scaledSign, signInput } from "./scaled-sign";

const softmaxAware = inputQuantizer({
  name: "softmax-aware",
  revision: 1,
  settings: {
    /** Of the row's largest probability, from which on an entry is kept. */
    share: z.number().positive().max(1).default(0.25),
    scale: z.enum(["none", "row"]).default("none"),
  },
  rule(p, _, { settings }) {
    const rule = { share: settings.share, slope: identity, levels: "zero-one" } as const;
    if (settings.scale === "none") return { ...rule, gain: tf.tensor1d([2]) };
    return { ...rule, factor: "kept", gain: tf.div(2, keptMean(p, rule)) };
  },
  left: (_, { scale }) => ({
    thresholds: 0,
    shares: true,
    factor: scale === "none" ? "none" : "kept",
    levels: "zero-one",
  }),
  refuses: ({ role }) => (role === "probabilities" ? undefined : "it is made for the rows of a softmax"),
});

/**
 * BiViT: attention probabilities binarized where a softmax has its mass.
 *
 * A ≈ [A ≥ M / 4], M the largest of the row; with scale `row` times the mean of what is kept
 *
 * Pseudo-gradient: straight through, d/dA = 1, so that the softmax keeps its gradient.
 *
 * Reference: He et al., *BiViT: Extremely Compressed Binary Vision Transformers*, 2023, section 3.2.
 */
export const bivit: Method = {
  title: "BiViT attention",
  about: ["attention"],
  reference: "He et al., BiViT, 2023",
  weight: use(scaledSign, { scale: "learned" }),
  input: use(signInput),
  operand: use(signInput, { scale: "token" }),
  probabilities: use(softmaxAware),
};
