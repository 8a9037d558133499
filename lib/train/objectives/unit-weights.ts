import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { abs } from "../../ops/abs";
import { latentWeights } from "../latent";
import type { Term, TermSettings } from "./term";

interface Settings extends TermSettings {
  /** Progress from which on it takes part, 0 … 1. */
  readonly from: number;
}

/**
 * Draws the latent weights of binarized layers to ±1 at the end of training, where their signs are to settle.
 *
 * L = (1/M) Σ over matrices of mean ||w| − 1|
 *
 * Reference: Gao et al., *BHViT*, CVPR 2025: in the last tenth of the epochs, with weight 0.1; the mean of means is its
 * code's.
 */
export const unitWeights: Term<Settings> = {
  name: "unit-weights",
  revision: 1,
  settings: z.strictObject({
    weight: z.number().min(0).default(0.1),
    from: z.number().min(0).max(1).default(0.9),
  }),
  loss({ from }, { progress, parameters, config }) {
    const names = latentWeights(config.model);
    if (progress < from || names.length === 0) return undefined;
    const distances = names.map((name) => tf.mean(abs(tf.sub(abs(parameters[name]), 1))));
    return tf.div(tf.addN(distances), names.length) as tf.Scalar;
  },
};
