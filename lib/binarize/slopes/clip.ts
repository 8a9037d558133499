import * as tf from "@tensorflow/tfjs";
import type { Slope } from "../slope";

/** @returns 1 where abs(x) ≤ 1, else 0; shape of x */
export const insideOne = (x: tf.Tensor): tf.Tensor => tf.cast(tf.lessEqual(tf.abs(x), 1), "float32");

/**
 * The slope of hard tanh.
 *
 * d sign(x)/dx = 1 where abs(x) ≤ 1, else 0
 *
 * Reference: Courbariaux et al., *Binarized Neural Networks*, 2016, eq. 4.
 */
export const clip: Slope = {
  revision: 1,
  at: insideOne,
  pretends: (x) => Math.max(-1, Math.min(1, x)),
  kernel: "clip",
};
