import { recordsOf } from "../finished-record";
import type { StudyRun } from "../study-runs";

/** How the runs of a plan are shared out over the tasks of a cluster's job; each is a worker that takes what is free. */
export interface Tasks {
  readonly count: number;
  readonly runsEach: number;
}

/**
 * @param runs - the plan
 * @param most - tasks that a job may have
 * @returns a task for each run that is not finished, or fewer with several runs each; none if all are finished
 */
export function tasksFor(runs: readonly StudyRun[], most: number): Tasks {
  const open = [...recordsOf(runs).values()].filter(({ record }) => !record).length;
  const runsEach = Math.max(1, Math.ceil(open / most));
  return { count: Math.ceil(open / runsEach), runsEach };
}

/** A word as a POSIX shell reads it back. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
