import * as tf from "@tensorflow/tfjs";
import { isKernelSte } from "../backend/kernel-codes";
import { hasKernels, kernels } from "../backend/kernels";
import type { SteForm } from "./binarizer";

/** Steepness β of the `swish` pseudo-gradient. */
export const swishBeta = 5;

/**
 * Sign with a straight-through gradient.
 *
 * y = +1 where x ≥ 0, −1 elsewhere: sign(0) = +1, so that one bit is enough.
 *
 * The true derivative is 0 almost everywhere; training takes it to be one of
 *
 * | form       | d sign(x)/dx is taken to be                                   | from               |
 * |------------|---------------------------------------------------------------|--------------------|
 * | `identity` | 1                                                             | Bengio et al. 2013 |
 * | `clip`     | 1 where abs(x) ≤ 1, else 0                                    | BNN 2016           |
 * | `approx`   | 2 − 2 abs(x) where abs(x) ≤ 1, else 0                         | Bi-Real Net 2018   |
 * | `swish`    | β (2 − βx tanh(βx/2)) / (1 + cosh βx), β = 5                  | BNN+ 2018          |
 *
 * @param x - any shape
 * @param form - the pseudo-gradient
 * @returns shape of x, values ±1
 */
export function sign(x: tf.Tensor, form: SteForm): tf.Tensor {
  const straightThrough = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([input as tf.Tensor]);
    return {
      value: hasKernels() ? kernels.sign(input as tf.Tensor) : plainSign(input as tf.Tensor),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
        hasKernels() && isKernelSte(form) ? kernels.signGrad(dy, saved, form) : tf.mul(dy, pseudoGradient(saved, form)),
    };
  }) as (x: tf.Tensor) => tf.Tensor;
  return straightThrough(x);
}

/**
 * What `sign` takes its derivative to be, for plots and teaching; the formulas stand at `sign`.
 *
 * @param x - any shape
 * @param form - the pseudo-gradient
 * @returns shape of x
 */
export function pseudoGradient(x: tf.Tensor, form: SteForm): tf.Tensor {
  switch (form) {
    case "identity":
      return tf.onesLike(x);
    case "clip":
      return insideOne(x);
    case "approx":
      return tf.mul(insideOne(x), tf.sub(2, tf.mul(tf.abs(x), 2)));
    case "swish": {
      const bx = tf.mul(x, swishBeta);
      const numerator = tf.sub(2, tf.mul(bx, tf.tanh(tf.div(bx, 2))));
      return tf.div(tf.mul(numerator, swishBeta), tf.add(tf.cosh(bx), 1));
    }
  }
}

const plainSign = (x: tf.Tensor): tf.Tensor => tf.sub(tf.mul(tf.cast(tf.greaterEqual(x, 0), "float32"), 2), 1);

const insideOne = (x: tf.Tensor): tf.Tensor => tf.cast(tf.lessEqual(tf.abs(x), 1), "float32");
