import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { type Method, use } from "../method";
import { type InputRule, inputQuantizer } from "../quantizer";
import { identity } from "../slopes/identity";
import { scaledSign, signInput } from "./scaled-sign";

const decomposed = inputQuantizer({
  name: "decomposed",
  revision: 1,
  settings: { levels: z.int().min(1).max(16).default(3) },
  rule: (_, __, { settings: { levels } }): InputRule[] =>
    Array.from({ length: levels }, (_, level) => ({
      threshold: tf.tensor1d([(level + 0.5) / levels]),
      gain: tf.tensor1d([2]), // a bit is half of ±1, and each is to have a derivative of 1
      slope: identity,
      levels: "zero-one",
      factor: tf.tensor1d([1]),
    })),
  left: (_, { levels }) => ({ thresholds: 1, factor: "one", levels: "zero-one", rules: levels }),
  refuses: ({ role }) => (role === "probabilities" ? undefined : "only attention probabilities are decomposed"),
});

/**
 * BHViT's quantization decomposition: attention probabilities in two bits, as three binary matrices.
 *
 * A ≈ round(3 A) = [A ≥ 1/6] + [A ≥ 1/2] + [A ≥ 5/6], d/dA = 3
 *
 * Its other parts: `unit-weights`, the term abs(abs(w) − 1) at the end of training, is an objective; the shift beside the
 * MLP is a part of the architecture, `model.shift: [1, 2]`.
 *
 * Reference: Gao et al., *BHViT: Binarized Hybrid Vision Transformer*, 2025, section on quantization decomposition.
 */
export const bhvit: Method = {
  title: "BHViT attention",
  about: ["attention"],
  reference: "Gao et al., BHViT, 2025",
  weight: use(scaledSign),
  input: use(signInput),
  operand: use(signInput, { scale: "token" }),
  probabilities: use(decomposed),
};
