import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { positive } from "../../ops/positive";
import { stopGradient } from "../../ops/stop-gradient";
import { type Method, use } from "../method";
import { inputQuantizer, type OwnParameter, type Site, weightQuantizer } from "../quantizer";
import { clip } from "../slopes/clip";
import { straightThroughMatrix } from "./whole-matrix";

const centered = weightQuantizer({
  name: "elastic",
  revision: 1,
  settings: {},
  quantize: (weight) => straightThroughMatrix(weight, true),
  factors: () => "one",
});

const levelsOf = ({ neverNegative }: Site, levels: "auto" | "signs" | "zero-one") =>
  levels === "auto" ? (neverNegative ? "zero-one" : "signs") : levels;

/**
 * Elastic binarization: a learned size a and a learned threshold b, one number each.
 *
 * signs: x ≈ a sign(x − b); zero-one, for what is never negative: x ≈ a [(x − b) / a ≥ ½]
 *
 * Pseudo-gradient, signs: dx = [abs(x − b) ≤ a], db = −dx, da = sign(x − b); zero-one: straight through the rounding of
 * clip((x − b) / a, 0, 1), and through a within it.
 */
export const elastic = inputQuantizer({
  name: "elastic",
  revision: 1,
  settings: { levels: z.enum(["auto", "signs", "zero-one"]).default("auto") },
  parameters(site, { levels }): Record<string, OwnParameter> {
    const times = levelsOf(site, levels) === "signs" ? 2 : 4;
    return {
      scale: { shape: [1], start: 1, fromFirstBatch: (x) => tf.mul(tf.mean(tf.abs(x)), times) },
      threshold: { shape: [1], start: 0 },
    };
  },
  rule(_, { scale, threshold }, { site, settings }) {
    const factor = positive(scale);
    if (levelsOf(site, settings.levels) === "signs") {
      return { threshold, gain: stopGradient(tf.div(1, factor)), slope: clip, factor };
    }
    const middle = tf.add(threshold, tf.mul(factor, 0.5));
    return { threshold: middle, gain: tf.div(2, factor), slope: clip, levels: "zero-one", factor };
  },
  left: (site, { levels }) => ({ thresholds: 1, factor: "one", levels: levelsOf(site, levels) }),
});

/**
 * BiT: elastic binarization of inputs, centred weights; {0, 1} for attention probabilities and for what follows a ReLU.
 *
 * W ≈ mean abs(W) · sign(W − mean W), both over the whole matrix, gradient straight through; x as `elastic` has it
 *
 * The size starts at 2 mean abs(x) of the first batch, 4 mean x for {0, 1}, as in the public code; one threshold for all
 * channels, and no scaling of gradients, as in the paper.
 *
 * Reference: Liu et al., *BiT: Robustly Binarized Multi-distilled Transformer*, 2022, section 3, eq. 5 to 11.
 */
export const bit: Method = {
  title: "BiT",
  about: ["layers", "attention"],
  activation: "relu",
  reference: "Liu et al., BiT, 2022",
  weight: use(centered),
  input: use(elastic),
  probabilities: use(elastic),
};
