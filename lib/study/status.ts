import { existsSync } from "node:fs";
import { checkpointPath } from "../train/checkpoint";
import type { EpochRecord, RunRecord } from "../train/record";
import { whoTrains } from "../train/run-lock";
import { readProgress } from "../train/state-file";
import { readFailure } from "./failure";
import { type Found, recordsOf } from "./finished-record";
import type { StudyRun } from "./study-runs";

/** Where a run stands, as its folder says. */
export interface RunStatus {
  readonly run: StudyRun;
  readonly state: "finished" | "running" | "interrupted" | "failed" | "waiting";
  /** How much of it is done and saved, 0 … 1. */
  readonly share: number;
  /** Seconds of training so far. */
  readonly seconds: number;
  /** Its finished epochs, as far as they are saved. */
  readonly curve: readonly EpochRecord[];
  /** Test accuracy of a finished run, 0 … 1. */
  readonly accuracy?: number;
  /** Of a finished run. */
  readonly record?: RunRecord;
  /** Who trains it, or why it failed. */
  readonly detail?: string;
}

/** Where a study stands. */
export interface StudyStatus {
  readonly runs: readonly RunStatus[];
  /** Seconds until all is finished with as many workers as there are now; undefined without any, or before one has begun. */
  readonly secondsLeft?: number;
}

/**
 * Where the runs of a study stand; asks files alone, so from any machine that shares them.
 *
 * @param runs - as `readPlan` or `studyRuns` gives them
 */
export function studyStatus(runs: readonly StudyRun[]): StudyStatus {
  const records = recordsOf(runs);
  const found = new Map(runs.map((run) => [run, statusOf(run, records.get(run)!)]));
  const all = runs.map((run) => afterFailures(found.get(run)!, found));
  const running = all.filter(({ state }) => state === "running").length;
  const open = all.filter(({ state }) => state !== "finished" && state !== "failed");
  const whole = wholeSeconds(all);
  if (running === 0 || whole === undefined) return { runs: all };
  const left = open.reduce((sum, { run, share }) => sum + (1 - share) * whole(run), 0);
  return { runs: all, secondsLeft: left / Math.min(running, open.length) };
}

/** What a whole run takes, seconds: as others of its row took, or would; else as the mean of all others. */
function wholeSeconds(all: readonly RunStatus[]): ((run: StudyRun) => number) | undefined {
  const known = all.filter(({ share, seconds }) => share > 0.02 && seconds > 0);
  if (known.length === 0) return undefined;
  const mean = (some: readonly RunStatus[]) =>
    some.reduce((sum, { seconds, share }) => sum + seconds / share, 0) / some.length;
  return ({ row }) => {
    const alike = known.filter(({ run }) => run.row.name === row.name);
    return mean(alike.length > 0 ? alike : known);
  };
}

/** What needs a run that failed cannot begin, and counts as failed with it. */
function afterFailures(status: RunStatus, found: ReadonlyMap<StudyRun, RunStatus>): RunStatus {
  if (status.state !== "waiting") return status;
  const cause = status.run.needs.find((needed) => {
    const other = found.get(needed);
    return other && afterFailures(other, found).state === "failed";
  });
  return cause ? { ...status, state: "failed", detail: `it needs ${cause.row.name}, which failed` } : status;
}

function statusOf(run: StudyRun, { record, problem }: Found): RunStatus {
  if (record) {
    const { seconds, curve, test } = record;
    return { run, state: "finished", share: 1, seconds, curve, accuracy: test.accuracy, record };
  }
  const nothing = { run, share: 0, seconds: 0, curve: [] };
  if (problem !== undefined) return { ...nothing, state: "failed", detail: problem };
  const holder = whoTrains(run.folder);
  const saved = { ...nothing, ...readProgress(checkpointPath(run.folder)) };
  if (holder) return { ...saved, state: "running", detail: holder.who };
  const failure = readFailure(run.folder);
  if (failure) return { ...saved, state: "failed", detail: failure.reason };
  return { ...saved, state: existsSync(checkpointPath(run.folder)) ? "interrupted" : "waiting" };
}
