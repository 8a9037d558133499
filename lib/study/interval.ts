import { studentQuantile } from "./student";

/** A mean with its uncertainty over seeds. */
export interface Interval {
  readonly mean: number;
  /** Ends of the 95% confidence interval of the mean; equal to the mean for a single value. */
  readonly low: number;
  readonly high: number;
  /** Sample standard deviation; 0 for a single value. */
  readonly deviation: number;
  readonly count: number;
}

/**
 * Mean and 95% confidence interval of a few values, by Student's t.
 *
 * mean ± t₀.₉₇₅(n − 1) · s / √n
 *
 * @param values - at least one
 */
export function interval(values: readonly number[]): Interval {
  const count = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / count;
  if (count < 2) return { mean, low: mean, high: mean, deviation: 0, count };
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
  const half = (studentQuantile(0.975, count - 1) * deviation) / Math.sqrt(count);
  return { mean, low: mean - half, high: mean + half, deviation, count };
}
