import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { pseudoGradient } from "../binarize/sign";
import type { Slope } from "../binarize/slope";
import type { SlopeName } from "../binarize/slopes/index";

/** The noise under which a slope is nearest to a true derivative. */
export interface SlopeMismatch {
  /** s, in units of x; the end of the range that was tried where no noise fits better. */
  readonly width: number;
  /** Cosine of the slope and that derivative, as functions on −3 … 3; 1 where they are proportional. */
  readonly cosine: number;
}

/** Widths that are tried, in equal ratios; where the two are compared. */
const [widths, points] = [
  Array.from({ length: 81 }, (_, i) => 0.05 * 80 ** (i / 80)),
  Float32Array.from({ length: 601 }, (_, i) => (i - 300) / 100),
];

/**
 * The derivative of a sign that is smoothed by Gaussian noise, exactly.
 *
 * d/dx E sign(x + s ε) = 2 φ(x / s) / s, ε and φ standard normal
 *
 * @param x - a number
 * @param width - s, above 0
 */
export const smoothedSlope = (x: number, width: number): number =>
  (2 * Math.exp(-0.5 * (x / width) ** 2)) / (width * Math.sqrt(2 * Math.PI));

/**
 * Which noise makes sign have this slope, and how nearly.
 *
 * max over s of ⟨slope, d_s⟩ / (‖slope‖ ‖d_s‖), d_s(x) = d/dx E sign(x + s ε), over x = −3 … 3 in steps of 0.01, s = 0.05 … 4
 *
 * It says what the shape of a slope stands for, one number at a time and up to a factor. It says nothing of a network, in which
 * many signs follow each other.
 *
 * @param slope - which, or its name
 * @param progress - for slopes that change during training
 * @throws ConfigError if there is no slope of that name
 */
export function slopeMismatch(slope: Slope | SlopeName, progress = 1): SlopeMismatch {
  const given = tf.tidy(() => readFloats(pseudoGradient(tf.tensor1d(points), slope, progress)));
  const found = widths.map((width) => ({
    width,
    cosine: cosine(
      given,
      points.map((x) => smoothedSlope(x, width)),
    ),
  }));
  return found.reduce((best, one) => (one.cosine > best.cosine ? one : best));
}

/**
 * ⟨a, b⟩ / (‖a‖ ‖b‖); 0 where one of them is 0.
 *
 * @param a - of any length
 * @param b - of the same
 */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [product, first, second] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    first += a[i] ** 2;
    second += b[i] ** 2;
  }
  return product === 0 ? 0 : product / Math.sqrt(first * second);
}
