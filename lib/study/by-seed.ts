import type { RunRecord } from "../train/record";
import { type Interval, interval, roundingOf } from "./interval";

/** @returns the runs of each configuration, by its name and then their seed, to be paired with those of another */
export function runsBySeed(records: readonly RunRecord[]): Map<string, Map<number, RunRecord>> {
  const byName = new Map<string, Map<number, RunRecord>>();
  for (const record of records) {
    const seeds = byName.get(record.name) ?? new Map<number, RunRecord>();
    byName.set(record.name, seeds.set(record.seed, record));
  }
  return byName;
}

/** Runs of two configurations with the same seed. */
export type SeedPair = readonly [one: RunRecord, other: RunRecord];

type Runs = ReadonlyMap<number, RunRecord>;

/** @returns the runs of two configurations that share a seed and the test images; on others there is nothing to subtract */
export const inPairs = (one: Runs = new Map(), other: Runs = new Map()): SeedPair[] =>
  [...one].flatMap(([seed, run]) => {
    const against = other.get(seed);
    return against && hasTestOf(run, against) ? [[run, against] as const] : [];
  });

/** The SHA-256 is of all images: `trainLimit` changes it, and leaves those for the test as they are. */
const hasTestOf = (run: RunRecord, other: RunRecord): boolean =>
  run.dataset.name === other.dataset.name &&
  run.test.count === other.test.count &&
  (run.dataset.sha256 === other.dataset.sha256 || run.config.dataset.trainLimit !== other.config.dataset.trainLimit);

/** @returns whether each two runs are the same to the last weight: what is equal then is so by no chance */
export const areSameRuns = (pairs: readonly SeedPair[]): boolean =>
  pairs.every(([one, other]) => one.weightsSha256 === other.weightsSha256);

/**
 * Mean difference of test accuracy, the first minus the second, a fraction.
 *
 * An accuracy of N images is a multiple of 1/N, so two seeds easily have the same difference: the deviation is at least
 * what rounding both gives, √(2/12) / N, but where the runs are the same to the last weight.
 *
 * @param pairs - at least one
 */
export function differenceOf(pairs: readonly SeedPair[]): Interval {
  const rounding = areSameRuns(pairs) ? 0 : Math.SQRT2 * roundingOf(pairs[0][0].test.count);
  return interval(differencesOf(pairs), rounding);
}

/** @returns the same of each seed */
export const differencesOf = (pairs: readonly SeedPair[]): number[] =>
  pairs.map(([one, other]) => one.test.accuracy - other.test.accuracy);
