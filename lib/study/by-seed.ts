import type { RunRecord } from "../train/record";

/** @returns the runs of each configuration, by its name and then their seed, to be paired with those of another */
export function runsBySeed(records: readonly RunRecord[]): Map<string, Map<number, RunRecord>> {
  const byName = new Map<string, Map<number, RunRecord>>();
  for (const record of records) {
    const seeds = byName.get(record.name) ?? new Map<number, RunRecord>();
    byName.set(record.name, seeds.set(record.seed, record));
  }
  return byName;
}
