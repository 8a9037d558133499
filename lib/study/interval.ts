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

// Student's t, two-sided 95%, for 1 … 30 degrees of freedom; beyond that 1.96 is close enough.
const t95 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

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
  const half = ((t95[count - 2] ?? 1.96) * deviation) / Math.sqrt(count);
  return { mean, low: mean - half, high: mean + half, deviation, count };
}
