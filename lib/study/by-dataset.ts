import type { RunRecord } from "../train/record";
import { tellApart } from "./configurations";
import { plainName } from "./row-name";

/**
 * Runs of each data set by its name, told apart. Where there are several data sets, rows are first called without what
 * told them apart from rows on other data: those are no longer beside them.
 */
export function byDataset(runs: readonly RunRecord[]): Map<string, RunRecord[]> {
  const names = new Set(runs.map(({ dataset }) => dataset.name));
  const called = names.size > 1 ? runs.map((run) => ({ ...run, name: plainName(run.name) })) : runs;
  return new Map(
    [...names].map((name) => [name, tellApart(called.filter(({ dataset }) => dataset.name === name)).records]),
  );
}
