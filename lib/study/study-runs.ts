import { join } from "node:path";
import type { Arithmetic } from "../backend/arithmetic";
import { fileName } from "../train/file-name";
import { findFolder } from "../train/find-folder";
import { runIdentity } from "../train/identity";
import { originPlaces, renameOrigins } from "../train/origin-places";
import { originRecord, rowMark } from "../train/origins";
import type { RunConfig } from "../train/record";
import type { StudyConfig, StudyRow } from "./study-config";

/** One run of a study: a row with a seed, and its folder. */
export interface StudyRun {
  readonly row: StudyRow;
  readonly seed: number;
  readonly folder: string;
  /** As `runIdentity` has it; of a run that needs others, as far as it is known before those are trained. */
  readonly identity: string;
  /** What its numbers are computed with. */
  readonly arithmetic: Arithmetic;
  /** Threads that share out every batch; one if left out, as in every study: more are runs of `binvit train`. */
  readonly workers?: number;
  /** The row's, with folders where it names other rows. */
  readonly config: RunConfig;
  /** The runs that have to be finished before: what it starts from, and its teachers. */
  readonly needs: readonly StudyRun[];
}

/**
 * The runs of a study; the folder's name carries the identity, so another configuration gets another folder.
 *
 * @param study - rows
 * @param seeds - every row is trained with each
 * @param out - the study's folder
 * @param how - what the numbers are computed with
 * @throws ConfigError if a row needs a run outside of the study that is not finished
 */
export function studyRuns(study: StudyConfig, seeds: readonly number[], out: string, how: Arithmetic): StudyRun[] {
  return seeds.flatMap((seed) => runsOfSeed(study.rows, seed, out, how));
}

/** The runs of one seed; what a row names as `row:…` has to be among the rows. */
export function runsOfSeed(rows: readonly StudyRow[], seed: number, out: string, how: Arithmetic): StudyRun[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  const made = new Map<string, StudyRun>();
  const make = (row: StudyRow): StudyRun => {
    const before = made.get(row.name);
    if (before) return before;
    const { training } = row.config;
    const needed = new Map(
      originPlaces(training).flatMap(({ key, run }) =>
        run.startsWith(rowMark) ? [[key, make(byName.get(run.slice(rowMark.length))!)] as const] : [],
      ),
    );
    // The weights of a run that is not trained yet are not known, but its identity decides them.
    const ids = originPlaces(training).map(({ key, run }) => {
      const where = `row "${row.name}": training.${key}`;
      return [key, needed.get(key)?.identity ?? originRecord(run, where).weightsSha256] as const;
    });
    const identity = runIdentity(row.config, seed, how, Object.fromEntries(ids));
    const needs = [...needed.values()];
    const renamed = renameOrigins(training, ({ key, run }) => needed.get(key)?.folder ?? run);
    const config = { ...row.config, training: renamed };
    const prefix = `${fileName(row.name, "row")}-s${seed}`;
    // Only what needs no other run can be of an earlier version.
    const folder =
      ids.length === 0 ? findFolder(out, prefix, identity) : join(out, `${prefix}-${identity.slice(0, 8)}`);
    const result: StudyRun = { row, seed, folder, identity, arithmetic: how, config, needs: [...new Set(needs)] };
    made.set(row.name, result);
    return result;
  };
  return rows.map(make);
}
