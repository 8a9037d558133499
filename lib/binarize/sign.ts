import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";
import { ConfigError } from "../base/errors";
import { didYouMean } from "../base/suggest";
import type { Slope } from "./slope";
import { type SlopeName, slopes } from "./slopes/index";

/** Beyond the slope itself, what a derivative of sign may depend on. */
export interface SignOptions {
  /** How much of the training is over, 0 … 1. */
  readonly progress?: number;
  /** The slope is taken at x · gain; a positive number, or some that broadcast to x. */
  readonly gain?: tf.Tensor;
}

/**
 * Sign with a straight-through gradient.
 *
 * y = +1 where x ≥ 0, −1 where x < 0: sign(0) = +1, so that one bit is enough. What is not a number stays so.
 *
 * Pseudo-gradient: dy/dx = slope(x · gain) · gain, d y/d gain = slope(x · gain) · x; gain is 1 where it is left out
 *
 * @param x - any shape
 * @param slope - what the derivative is taken to be, or its name in `slopes`
 * @param options - progress and gain
 * @returns shape of x, values ±1
 * @throws ConfigError if there is no slope of that name
 */
export function sign(x: tf.Tensor, slope: Slope | SlopeName, { progress = 1, gain }: SignOptions = {}): tf.Tensor {
  const how = slopeOf(slope);
  if (gain) return signWithGain(x, gain, how, progress);
  const straightThrough = tf.customGrad((input, save) => {
    (save as tf.GradSaveFunc)([input as tf.Tensor]);
    return {
      value: signs(input as tf.Tensor),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => timesSlope(dy, saved, how, progress),
    };
  }) as (x: tf.Tensor) => tf.Tensor;
  return straightThrough(x);
}

function signWithGain(x: tf.Tensor, gain: tf.Tensor, slope: Slope, progress: number): tf.Tensor {
  const straightThrough = tf.customGrad((input, factor, save) => {
    (save as tf.GradSaveFunc)([input as tf.Tensor, factor as tf.Tensor]);
    const gradFunc = (dy: tf.Tensor, [saved, g]: tf.Tensor[]) => {
      const inner = tf.mul(dy, slope.at(tf.mul(saved, g), progress));
      return [tf.mul(inner, g), sumTo(tf.mul(inner, saved), g.shape)];
    };
    return { value: signs(input as tf.Tensor), gradFunc };
  }) as (x: tf.Tensor, gain: tf.Tensor) => tf.Tensor;
  return straightThrough(x, gain);
}

/**
 * What `sign` takes its derivative to be, for plots and teaching.
 *
 * @param x - any shape
 * @param slope - which, or its name
 * @param progress - for slopes that change during training
 * @returns shape of x
 * @throws ConfigError if there is no slope of that name
 */
export const pseudoGradient = (x: tf.Tensor, slope: Slope | SlopeName, progress = 1): tf.Tensor =>
  tf.tidy(() => slopeOf(slope).at(x, progress));

/** @returns dy · slope(x); shape of x */
export const timesSlope = (dy: tf.Tensor, x: tf.Tensor, slope: Slope, progress: number): tf.Tensor =>
  hasKernels() && slope.kernel ? kernels.signGrad(dy, x, slope.kernel) : tf.mul(dy, slope.at(x, progress));

/** @throws ConfigError if there is no slope of that name */
export function slopeOf(slope: Slope | SlopeName): Slope {
  if (typeof slope !== "string") return slope;
  const names = Object.keys(slopes);
  if (names.includes(slope)) return slopes[slope];
  throw new ConfigError(`There is no slope "${slope}".${didYouMean(slope, names)} Slopes: ${names.join(", ")}.`);
}

const signs = (x: tf.Tensor): tf.Tensor => (hasKernels() ? kernels.sign(x) : plainSign(x));

function plainSign(x: tf.Tensor): tf.Tensor {
  const signs = tf.sub(tf.mul(tf.cast(tf.greaterEqual(x, 0), "float32"), 2), 1);
  return tf.where(tf.isNaN(x), x, signs);
}

/** The gradient of what was broadcast from a shape: summed over the axes that it was repeated along. */
function sumTo(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const missing = x.rank - shape.length;
  const axes = x.shape.flatMap((length, axis) => (axis < missing || shape[axis - missing] < length ? [axis] : []));
  return tf.reshape(tf.sum(x, axes), [...shape]);
}
