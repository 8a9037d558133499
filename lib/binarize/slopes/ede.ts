import * as tf from "@tensorflow/tfjs";
import type { Slope } from "../slope";

/** t at the beginning and at the end of training, as powers of ten. */
const [first, last] = [-1, 1];

const steepness = (progress: number): number => 10 ** (first + (last - first) * progress);

/**
 * The error decay estimator: almost the identity at first, which updates every weight, and almost sign at the end.
 *
 * d sign(x)/dx = k t (1 − tanh²(t x)), t = 10^(−1 + 2 progress), k = max(1/t, 1)
 *
 * Reference: Qin et al., *Forward and Backward Information Retention for Accurate Binary Neural Networks* (IR-Net), 2020,
 * eq. 9 to 11.
 */
export const ede: Slope = {
  revision: 1,
  at(x, progress) {
    const t = steepness(progress);
    return tf.mul(tf.sub(1, tf.square(tf.tanh(tf.mul(x, t)))), Math.max(1 / t, 1) * t);
  },
  pretends(x, progress) {
    const t = steepness(progress);
    return Math.max(1 / t, 1) * Math.tanh(t * x);
  },
};
