import * as tf from "@tensorflow/tfjs";
import { positive } from "../../ops/positive";
import { type Method, use } from "../method";
import { type InputRule, inputQuantizer, type OwnParameter } from "../quantizer";
import type { Slope } from "../slope";
import { clip } from "../slopes/clip";
import { scaledSign, signInput } from "./scaled-sign";

/** Shares of the row's largest probability, from which on an entry belongs to the second and the third group. */
const shares = [0.7, 0.9];

/** d[x ≥ 0]/dx is taken to be [x ≥ 0]. */
const mask: Slope = { revision: 1, at: (x) => tf.cast(tf.greaterEqual(x, 0), "float32") };

const superposed = inputQuantizer({
  name: "superposed",
  revision: 1,
  settings: {},
  parameters: (): Record<string, OwnParameter> => ({
    scale: {
      shape: [1 + shares.length],
      start: 0.1,
      fromFirstBatch(p) {
        const a = tf.mul(tf.mean(p), 4);
        const rest = (share: number) => {
          const group = tf.cast(tf.greaterEqual(p, tf.mul(tf.max(p, -1, true), share)), "float32");
          return tf.maximum(tf.sub(tf.div(tf.sum(tf.mul(group, p)), tf.sum(group)), a), 0.01);
        };
        const second = rest(shares[0]);
        return tf.stack([a, second, tf.maximum(tf.sub(rest(shares[1]), second), 0.01)]);
      },
    },
  }),
  rule(_, { scale }): InputRule[] {
    const factors = tf.split(scale, 1 + shares.length);
    const a = positive(factors[0]);
    const all: InputRule = {
      threshold: tf.mul(a, 0.5),
      gain: tf.div(2, a),
      slope: clip,
      levels: "zero-one",
      factor: a,
    };
    const group = { gain: tf.tensor1d([2]), slope: mask, levels: "zero-one" } as const;
    return [all, ...shares.map((share, i) => ({ ...group, share, factor: factors[i + 1] }))];
  },
  left: () => ({ thresholds: 1, shares: true, factor: "one", levels: "zero-one", rules: 1 + shares.length }),
  refuses: ({ role }) => (role === "probabilities" ? undefined : "only attention probabilities are superposed"),
});

/**
 * GSB: attention probabilities as a sum of binary matrices, since they are far from even.
 *
 * A ≈ a₁ [A ≥ a₁/2] + a₂ [A ≥ 0.7 M] + a₃ [A ≥ 0.9 M], M the largest of the row, a learned
 *
 * Pseudo-gradient: of the first part as LSQ; of the others d[·]/dA = [·], M a constant. Read in the authors' later code,
 * where M is the row's; the values take plain signs, so that the products are whole numbers.
 *
 * Reference: Gao et al., *GSB: Group Superposition Binarization for Vision Transformer with Limited Training Samples*,
 * 2023, section III.
 */
export const gsb: Method = {
  title: "GSB",
  about: ["attention"],
  reference: "Gao et al., GSB, 2023",
  weight: use(scaledSign),
  input: use(signInput),
  operand: use(signInput, { scale: "token" }),
  probabilities: use(superposed),
};
