import type { RunRecord } from "../train/record";
import { runsBySeed } from "./by-seed";
import { type Interval, interval } from "./interval";
import { rowName } from "./row-name";

/** What one configuration gains over another, seed by seed. */
export interface PairedDifference {
  /** What is asked, e.g. "scaled − unscaled". */
  readonly question: "scale" | "parts" | "inputs";
  readonly better: string;
  readonly worse: string;
  /** Of the test accuracy, a fraction. */
  readonly difference: Interval;
  /** Of each seed that both have. */
  readonly values: readonly number[];
}

/** Ends the name of a scale whose inputs are floats. */
const floatInputs = "-w1a32";

/**
 * The differences that the report's claims are about, paired by seed: a seed draws data, weights and batches alike, so
 * what it does to both falls out.
 *
 * - scale: each scale − unscaled, for a component (− channel, where it has no unscaled row)
 * - parts: fewer parts in bits − more, for a scale; only the next larger set of parts
 * - inputs: 1-bit weights alone − 1-bit weights and inputs
 *
 * @param records - of one study on one data set, told apart
 * @returns those with at least two seeds in common, in the order of the records
 */
export function pairedRows(records: readonly RunRecord[]): PairedDifference[] {
  const cells = runsBySeed(records);
  const rows = [...cells.keys()]
    .map((name) => ({ name, ...rowName(name) }))
    .filter(({ name, scale }) => scale !== name);
  const cell = (component: string, scale: string) =>
    rows.find((row) => row.component === component && row.scale === scale);
  type Row = (typeof rows)[number];
  const pairs: [PairedDifference["question"], Row, Row | undefined][] = [];
  for (const row of rows) {
    if (row.scale.endsWith(floatInputs) || row.scale === "float") continue;
    pairs.push(["scale", row, cell(row.component, "unscaled") ?? cell(row.component, "channel")]);
  }
  const components = [...new Set(rows.map((row) => row.component))];
  for (const row of rows) {
    if (row.scale === "unscaled" || row.scale === "float") continue;
    for (const larger of nextLarger(
      row.component,
      components.filter((other) => cell(other, row.scale)),
    )) {
      pairs.push(["parts", row, cell(larger, row.scale)]);
    }
  }
  for (const row of rows) {
    if (row.scale.endsWith(floatInputs)) {
      pairs.push(["inputs", row, cell(row.component, row.scale.slice(0, -floatInputs.length))]);
    }
  }
  return pairs.flatMap(([question, better, worse]) => {
    if (!worse || better === worse) return [];
    const other = cells.get(worse.name)!;
    const values = [...cells.get(better.name)!].flatMap(([seed, { test }]) => {
      const against = other.get(seed);
      return against === undefined ? [] : [test.accuracy - against.test.accuracy];
    });
    if (values.length < 2) return [];
    return [{ question, better: better.name, worse: worse.name, values, difference: interval(values) }];
  });
}

/** Those sets of parts that hold all of these and more, with none between. */
function nextLarger(component: string, all: readonly string[]): string[] {
  const larger = all.filter((other) => isWithin(component, other));
  return larger.filter((one) => !larger.some((other) => isWithin(other, one)));
}

function isWithin(less: string, more: string): boolean {
  const parts = new Set(more.split("+"));
  return less !== more && less.split("+").every((part) => parts.has(part));
}
