import type { DataFrame } from "danfojs-node";
import type { RunRecord } from "../train/record";
import { tellApart } from "./configurations";
import { type Interval, interval, roundingOf } from "./interval";
import { rowName } from "./row-name";

/** One row of a study's table: all seeds of a configuration together. */
export interface ResultRow {
  readonly name: string;
  readonly component: string;
  readonly scale: string;
  /** Test accuracy, 0 … 1. */
  readonly accuracy: Interval;
  /** Test accuracy of each seed. */
  readonly values: readonly number[];
  readonly bytesFloat: number;
  readonly bytesPacked: number;
  /** Mean training time, seconds. */
  readonly seconds: number;
}

/**
 * Records grouped by configuration, as a danfojs data frame of one line a run.
 *
 * @param records - finished runs
 * @returns columns name, component, scale, seed, accuracy (%), loss, kilobytes (packed), seconds
 */
export function runFrame(records: readonly RunRecord[]): DataFrame {
  return frameOf(
    tellApart(records).records.map((record) => ({
      name: record.name,
      ...rowName(record.name),
      seed: record.seed,
      accuracy: 100 * record.test.accuracy,
      loss: record.test.loss,
      kilobytes: record.bytes.packed / 1000,
      seconds: record.seconds,
    })),
  );
}

/**
 * Mean and interval of each configuration over its seeds.
 *
 * @param records - finished runs; several configurations of one name are told apart by what they differ in
 * @returns one row a configuration, in the order of their first record
 */
export function resultRows(records: readonly RunRecord[]): ResultRow[] {
  const groups = new Map<string, RunRecord[]>();
  for (const record of tellApart(records).records) {
    groups.set(record.name, [...(groups.get(record.name) ?? []), record]);
  }
  return [...groups].map(([name, runs]) => {
    const values = runs.map((run) => run.test.accuracy);
    return {
      name,
      ...rowName(name),
      accuracy: interval(values, roundingOf(runs[0].test.count)),
      values,
      bytesFloat: runs[0].bytes.float,
      bytesPacked: runs[0].bytes.packed,
      seconds: runs.reduce((sum, run) => sum + run.seconds, 0) / runs.length,
    };
  });
}

/**
 * The study's result table as a danfojs data frame, ready to print or to show.
 *
 * @param records - finished runs
 * @returns columns component, scale, seeds, accuracy %, 95% interval, packed kB, × smaller, s a run
 */
export function resultFrame(records: readonly RunRecord[]): DataFrame {
  return frameOf(
    resultRows(records).map((row) => ({
      component: row.component,
      scale: row.scale === row.component ? "-" : row.scale,
      seeds: row.accuracy.count,
      "accuracy %": (100 * row.accuracy.mean).toFixed(1),
      "95% interval": row.accuracy.count > 1 ? percentRange(row.accuracy) : "-",
      "packed kB": (row.bytesPacked / 1000).toFixed(1),
      "× smaller": (row.bytesFloat / row.bytesPacked).toFixed(1),
      "s a run": row.seconds.toFixed(0),
    })),
  );
}

/** A frame of one line an object. danfojs is loaded for the first: that takes half a second, and most make none. */
function frameOf(rows: readonly object[]): DataFrame {
  const { DataFrame } = require("danfojs-node") as typeof import("danfojs-node");
  return new DataFrame(rows);
}

const percentRange = ({ low, high }: Interval): string =>
  `${Math.max(0, 100 * low).toFixed(1)} … ${Math.min(100, 100 * high).toFixed(1)}`;
