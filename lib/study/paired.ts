import type { RunRecord } from "../train/record";
import { differenceOf, differencesOf, inPairs, runsBySeed } from "./by-seed";
import { differencesBesideBits } from "./configurations";
import type { Interval } from "./interval";
import { plainName, rowName } from "./row-name";

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
 * Only configurations that differ in nothing but what is in bits are compared: with another stem, learning rate or data
 * it would be that which the difference is about, too.
 *
 * @param records - told apart
 * @returns those with at least two seeds in common, in the order of the records
 */
export function pairedRows(records: readonly RunRecord[]): PairedDifference[] {
  const runs = runsBySeed(records);
  const rows = [...runs].flatMap(([name, seeds]): Row[] => {
    const { component, scale } = rowName(plainName(name));
    return scale === plainName(name) ? [] : [{ name, component, scale, runs: [...seeds.values()] }];
  });
  const isLike = (row: Row, other: Row) => differencesBesideBits([...row.runs, ...other.runs]).length === 0;
  const cell = (row: Row, component: string, scale: string) =>
    rows.find((other) => other.component === component && other.scale === scale && isLike(row, other));
  const pairs: [PairedDifference["question"], Row, Row | undefined][] = [];
  for (const row of rows) {
    if (row.scale.endsWith(floatInputs) || row.scale === "float") continue;
    pairs.push(["scale", row, cell(row, row.component, "unscaled") ?? cell(row, row.component, "channel")]);
  }
  for (const row of rows) {
    if (row.scale === "unscaled" || row.scale === "float") continue;
    const ofScale = rows.filter((other) => other.scale === row.scale && isLike(row, other));
    for (const larger of nextLarger(row.component, distinct(ofScale.map(({ component }) => component)))) {
      pairs.push(["parts", row, cell(row, larger, row.scale)]);
    }
  }
  for (const row of rows) {
    if (row.scale.endsWith(floatInputs)) {
      pairs.push(["inputs", row, cell(row, row.component, row.scale.slice(0, -floatInputs.length))]);
    }
  }
  return pairs.flatMap(([question, better, worse]) => {
    if (!worse || better === worse) return [];
    const both = inPairs(runs.get(better.name), runs.get(worse.name));
    if (both.length < 2) return [];
    return [
      { question, better: better.name, worse: worse.name, values: differencesOf(both), difference: differenceOf(both) },
    ];
  });
}

/** A configuration, and what its name says. */
interface Row {
  readonly name: string;
  readonly component: string;
  readonly scale: string;
  readonly runs: readonly RunRecord[];
}

const distinct = (names: readonly string[]): string[] => [...new Set(names)];

/** Those sets of parts that hold all of these and more, with none between. */
function nextLarger(component: string, all: readonly string[]): string[] {
  const larger = all.filter((other) => isWithin(component, other));
  return larger.filter((one) => !larger.some((other) => isWithin(other, one)));
}

function isWithin(less: string, more: string): boolean {
  const parts = new Set(more.split("+"));
  return less !== more && less.split("+").every((part) => parts.has(part));
}
