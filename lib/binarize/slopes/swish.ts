import * as tf from "@tensorflow/tfjs";
import type { Slope } from "../slope";

/** Steepness β. */
export const swishBeta = 5;

/**
 * The slope of 2σ(βx)(1 + βx(1 − σ(βx))) − 1, which overshoots like swish.
 *
 * d sign(x)/dx = β (2 − βx tanh(βx/2)) / (1 + cosh βx), β = 5
 *
 * Reference: Darabi et al., *BNN+*, 2018, eq. 4.
 */
export const swish: Slope = {
  revision: 1,
  at(x) {
    const bx = tf.mul(x, swishBeta);
    const numerator = tf.sub(2, tf.mul(bx, tf.tanh(tf.div(bx, 2))));
    return tf.div(tf.mul(numerator, swishBeta), tf.add(tf.cosh(bx), 1));
  },
  pretends(x) {
    const [bx, sigma] = [swishBeta * x, 1 / (1 + Math.exp(-swishBeta * x))];
    return 2 * sigma * (1 + bx * (1 - sigma)) - 1;
  },
  kernel: "swish",
};
