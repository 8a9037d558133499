import { ConfigError } from "../base/errors";
import { incompleteBeta, studentQuantile, whereReached } from "./student";

/** A mean with its uncertainty over seeds. */
export interface Interval {
  readonly mean: number;
  /** Ends of the 95% confidence interval of the mean; equal to the mean for a single value. */
  readonly low: number;
  readonly high: number;
  /** Sample standard deviation, at least what rounding gives; 0 for a single value. */
  readonly deviation: number;
  readonly count: number;
}

/**
 * Mean and 95% confidence interval of a few values, by Student's t.
 *
 * mean ± t₀.₉₇₅(n − 1) · s / √n
 *
 * @param values - at least one
 * @param rounding - standard deviation of what the values were rounded by: two that happen to be equal do not show that
 *   a third would be, so s is at least that
 * @throws ConfigError if there are none, or one is no finite number
 */
export function interval(values: readonly number[], rounding = 0): Interval {
  const count = values.length;
  if (count === 0) throw new ConfigError("An interval needs at least one value, got none.");
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined)
    throw new ConfigError(
      `An interval needs numbers, got ${typeof wrong === "number" ? wrong : JSON.stringify(wrong)}.`,
    );
  const mean = values.reduce((a, b) => a + b, 0) / count;
  if (count < 2) return { mean, low: mean, high: mean, deviation: 0, count };
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
  const deviation = Math.max(spread, rounding);
  const half = (studentQuantile(0.975, count - 1) * deviation) / Math.sqrt(count);
  return { mean, low: mean - half, high: mean + half, deviation, count };
}

/** Two ends. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * Where one more value lies in 99 of 100 cases, by Student's t.
 *
 * mean ± t₀.₉₉₅(n − 1) · s · √(1 + 1/n)
 *
 * @param values - at least two: one says nothing of how far another may be
 * @param rounding - as `interval` has it
 */
export function rangeOfAnother(values: readonly number[], rounding = 0): Range {
  const { mean, deviation, count } = interval(values, rounding);
  const half = studentQuantile(0.995, count - 1) * deviation * Math.sqrt(1 + 1 / count);
  return { low: mean - half, high: mean + half };
}

/**
 * The accuracy that other test images of the kind may show, with 95%, the trained model given: of one seed too.
 *
 * The p for which P(X ≥ k) and P(X ≤ k) of k right images of N are 2.5%: exact, thus rather too wide than too narrow
 *
 * @param accuracy - k/N
 * @param images - N
 * @throws ConfigError if the accuracy is no share, or there are no images
 *
 * Reference: Clopper, Pearson, *The Use of Confidence or Fiducial Limits Illustrated in the Case of the Binomial*,
 * Biometrika 26, 1934.
 */
export function intervalOverImages(accuracy: number, images: number): Range {
  if (!(Number.isInteger(images) && images >= 1)) throw new ConfigError(`Expected one image or more, got ${images}.`);
  if (!(accuracy >= 0 && accuracy <= 1)) throw new ConfigError(`Expected an accuracy from 0 to 1, got ${accuracy}.`);
  const right = Math.round(accuracy * images);
  return {
    low: right === 0 ? 0 : whereReached(0.025, (p) => incompleteBeta(p, right, images - right + 1), 1),
    high: right === images ? 1 : whereReached(0.975, (p) => incompleteBeta(p, right + 1, images - right), 1),
  };
}

/** Standard deviation of a share of `images` images about the one that more images would show: 1 / (√12 · images). */
export const roundingOf = (images: number): number => 1 / (Math.sqrt(12) * images);
