import * as tf from "@tensorflow/tfjs";
import type { Slope } from "../slope";
import { insideOne } from "./clip";

/**
 * The slope of a piecewise quadratic that is closer to sign than hard tanh.
 *
 * d sign(x)/dx = 2 − 2 abs(x) where abs(x) ≤ 1, else 0
 *
 * Reference: Liu et al., *Bi-Real Net*, 2018, eq. 6.
 */
export const approx: Slope = {
  revision: 1,
  at: (x) => tf.mul(insideOne(x), tf.sub(2, tf.mul(tf.abs(x), 2))),
  pretends(x) {
    const inside = Math.max(-1, Math.min(1, x));
    return 2 * inside - inside * Math.abs(inside);
  },
  kernel: "approx",
};
