import type { RunRecord } from "../train/record";
import { areSameRuns, differenceOf, inPairs, runsBySeed, type SeedPair } from "./by-seed";
import type { Interval, Range } from "./interval";
import { studentCdf, studentQuantile } from "./student";

/** Two configurations that are compared: the first minus the second. */
export type Pair = readonly [better: string, worse: string];

/** How much better one configuration is than another; accuracies as fractions. */
export interface Comparison {
  readonly pair: Pair;
  /** Mean difference of test accuracy over the seeds that both have, with its 95% interval by itself. */
  readonly difference: Interval;
  /** Its interval where all comparisons of the family are to hold at once with 95%: Bonferroni. */
  readonly together: Range;
  /** Probability of so large a mean difference of either sign if there were none, corrected for the family: Holm. */
  readonly p: number;
  /**
   * 95% interval for other test images of the same kind, the trained models given; undefined if a record does not say on
   * which images it was right.
   */
  readonly overImages?: Range;
}

/**
 * Compares configurations pair by pair, paired by seed: runs of one seed share initial weights and the order of images.
 *
 * d̄ ± t · s_d / √n over seeds. Many comparisons find differences where there are none, so a family is corrected for
 * its size m: intervals with t at 1 − 0.05 / (2m), p-values by Holm's steps. Seeds share the test images: how far those decide
 * is said by the interval over images, of the mean difference of each image over the seeds; at least 1 − 0.025^(1/N) to
 * either side.
 *
 * Any two rows may be compared, so what differs between them, as width or learning rate, is for the caller to know;
 * `testClaims` takes only rows that differ in nothing but bits.
 *
 * @param records - finished runs
 * @param pairs - the family
 * @returns one comparison a pair; pairs of which fewer than two seeds with the same test images are there are left out
 *
 * Reference: Holm, *A Simple Sequentially Rejective Multiple Test Procedure*, Scandinavian Journal of Statistics 6, 1979.
 */
export function compare(records: readonly RunRecord[], pairs: readonly Pair[]): Comparison[] {
  const byName = runsBySeed(records);
  const family = pairs.flatMap((pair) => {
    const both = inPairs(byName.get(pair[0]), byName.get(pair[1]));
    return both.length < 2 ? [] : [{ pair, difference: differenceOf(both), both }];
  });
  const corrected = holm(family.map(({ difference }) => pValue(difference)));
  return family.map(({ pair, difference, both }, i) => {
    const { mean, deviation, count } = difference;
    const t = studentQuantile(1 - 0.025 / family.length, count - 1);
    const half = (t * deviation) / Math.sqrt(count);
    const images = overImages(both);
    return {
      pair,
      difference,
      together: { low: mean - half, high: mean + half },
      p: corrected[i],
      ...(images && { overImages: images }),
    };
  });
}

/** Two-sided p-value of a mean, by Student's t; 1 where the runs are the same. */
function pValue({ mean, deviation, count }: Interval): number {
  if (deviation === 0) return 1;
  return 2 * studentCdf(-Math.abs(mean) / (deviation / Math.sqrt(count)), count - 1);
}

/** The i-th smallest of m, times m − i + 1, and not below the ones before it. */
function holm(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const corrected = new Array<number>(values.length);
  let least = 0;
  for (const [rank, i] of order.entries()) {
    least = Math.max(least, Math.min(1, values[i] * (values.length - rank)));
    corrected[i] = least;
  }
  return corrected;
}

function overImages(both: readonly SeedPair[]): Comparison["overImages"] {
  const { count } = both[0][0].test;
  if (count < 2) return undefined; // one image has no spread
  const differences = new Float64Array(count);
  for (const pair of both) {
    const [one, other] = pair.map(({ test: { correct } }) =>
      correct === undefined ? undefined : Buffer.from(correct, "base64"),
    );
    if (!one || !other || pair[0].test.count !== count) return undefined;
    for (let i = 0; i < count; i++) {
      differences[i] += (((one[i >> 3] >> (i & 7)) & 1) - ((other[i >> 3] >> (i & 7)) & 1)) / both.length;
    }
  }
  const mean = differences.reduce((sum, value) => sum + value, 0) / count;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  // Images that all agree do not show that others would: of what none of N shows, others have up to 1 − 0.025^(1/N).
  const least = areSameRuns(both) ? 0 : 1 - 0.025 ** (1 / count);
  const half = Math.max(least, studentQuantile(0.975, count - 1) * Math.sqrt(variance / count));
  return { low: mean - half, high: mean + half };
}
