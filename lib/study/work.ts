import { CancelledError } from "../base/errors";
import { prepareFolder } from "../base/files";
import { tidyUp } from "../train/run";
import { whoTrains } from "../train/run-lock";
import { forgetFailure, readFailure, recordFailure } from "./failure";
import { DataCheck, recordOf, recordsOf, setAside } from "./finished-record";
import { RunQueue } from "./run-queue";
import type { StudyEvent, StudyResult } from "./study-event";
import type { StudyRun } from "./study-runs";
import { type RunMessage, trainInProcess } from "./train-process";

/** How runs are worked on. */
export interface WorkOptions {
  /** Processes at a time. */
  readonly jobs: number;
  /** How often a run that failed is tried again; 2 by default. */
  readonly retries?: number;
  /** Try also what failed before, as if it had not. */
  readonly again?: boolean;
  /** Ends after so many runs that were trained here, and does not wait for those that others train. */
  readonly most?: number;
  readonly onEvent?: (event: StudyEvent) => void;
  readonly signal?: AbortSignal;
  /** What to do after a stop, a sentence. */
  readonly whenStopped?: string;
}

/** Milliseconds after which a run that another worker trains, or that failed, is looked at again. */
const lookAgain = 1000;

/**
 * Trains every run that is not finished and that no other worker trains, several at a time, each in a process of its own.
 *
 * Any number of workers, on any machines that share the folder, may do this at once: a run is trained by whoever claims
 * its folder, and one whose worker died goes on here from its checkpoint. A run that others train is waited for. One that
 * fails is tried again, unless the same would happen, and does not keep the others from being trained and counted. A
 * record that is damaged, or of another run, is moved aside with its weights, and the run trained again. One of this run,
 * finished on other data than is here, is left where it is, and not counted. A run that needs others, to start from or as
 * teachers, waits for them.
 *
 * @param runs - all of a study, or of a plan
 * @param out - the study's folder
 * @throws CancelledError if stopped; FileError if runs are to be trained and the folder cannot be written to
 */
export async function workOn(runs: readonly StudyRun[], out: string, options: WorkOptions): Promise<StudyResult> {
  const { jobs, retries = 2, again = false, most, onEvent, signal } = options;
  const { whenStopped = "Run the same command to go on where it was." } = options;
  const failed = new Map<StudyRun, string>();
  const onOtherData = new Map<StudyRun, string>();
  const waiting = await notFinished();
  if (waiting.size > 0) prepareFolder(out);
  const fail = (run: StudyRun, problem: string) => {
    failed.set(run, problem);
    if (!signal?.aborted) onEvent?.({ kind: "failed", run, problem });
  };
  const queue = new RunQueue([...waiting], (run, needed) => fail(run, `it needs ${needed.row.name}, which failed`));
  const mine = new Set<StudyRun>();
  const gotOn = new Set<StudyRun>();
  const toldOf = new Set<StudyRun>();
  signal?.addEventListener("abort", () => queue.close(), { once: true });
  await Promise.all(Array.from({ length: jobs }, work));
  if (signal?.aborted) throw new CancelledError(`The study was stopped. ${whenStopped}`);
  // Asked once more: another worker may have finished meanwhile what it kept this one from.
  const ends = runs.map((run) => {
    const problem = onOtherData.get(run);
    if (problem !== undefined) return { run, problem };
    return { run, ...(run.needs.some((other) => failed.has(other)) ? {} : recordOf(run)) };
  });
  return {
    records: ends.flatMap(({ record }) => record ?? []),
    failures: ends.flatMap(({ run, record, problem = "it is not finished" }) =>
      record ? [] : [{ run, problem: failed.get(run) ?? problem }],
    ),
  };

  async function notFinished(): Promise<Set<StudyRun>> {
    const open = new Set(runs);
    const check = new DataCheck();
    for (const [run, { record }] of recordsOf(runs)) {
      if (!record) continue;
      open.delete(run);
      forgetFailure(run.folder); // of an attempt before
      await tidyUp(run.folder);
      const problem = await check.problem(record, run);
      if (problem === undefined) onEvent?.({ kind: "found", run });
      else {
        onOtherData.set(run, problem);
        onEvent?.({ kind: "failed", run, problem });
      }
    }
    return open;
  }

  async function work(): Promise<void> {
    for (let run = await queue.next(); run && !signal?.aborted; run = await queue.next()) {
      if (most !== undefined && mine.size >= most && !mine.has(run)) {
        queue.done(run); // others' from here on; one of this worker's may still have to be tried again
        continue;
      }
      try {
        await attempt(run);
      } catch (error) {
        fail(run, (error as Error).message);
        queue.failed(run);
      }
    }
  }

  /** Trains a run, or finds that it need not or cannot be trained now. */
  async function attempt(run: StudyRun): Promise<void> {
    const { record, problem } = recordOf(run);
    if (record) {
      forgetFailure(run.folder);
      onEvent?.(mine.has(run) ? { kind: "finished", run, record } : { kind: "found", run });
      return queue.done(run);
    }
    if (isElsewhere(run)) return wait(run);
    const before = isFirst(run) && again ? forgetFailure(run.folder) : readFailure(run.folder);
    if (before && (before.isFinal || before.attempts > retries)) throw new Error(before.reason);
    if (problem) {
      onEvent?.({ kind: "damaged", run, problem, keptAs: setAside(run.folder) });
    }
    mine.add(run);
    onEvent?.({ kind: "started", run });
    const end = await trainInProcess(run, (message) => tell(run, message), signal);
    if (end.kind === "finished") {
      if (!gotOn.has(run)) mine.delete(run); // another worker had finished it before the process could claim it
      return attempt(run);
    }
    if (end.kind === "stopped") return queue.later(run, lookAgain);
    if (end.kind === "in use") {
      mine.delete(run);
      return isElsewhere(run) ? wait(run) : queue.later(run, 0);
    }
    const failure = recordFailure(run.folder, end);
    if (failure.isFinal || failure.attempts > retries) throw new Error(failure.reason);
    onEvent?.({ kind: "retried", run, problem: failure.reason });
    queue.later(run, lookAgain);
  }

  function isElsewhere(run: StudyRun): boolean {
    const holder = whoTrains(run.folder);
    if (!holder) return false;
    if (!toldOf.has(run)) onEvent?.({ kind: "elsewhere", run, who: holder.who });
    toldOf.add(run);
    return true;
  }

  /** Leaves a run to whoever trains it: for good where this worker is to end, and they surely live. */
  function wait(run: StudyRun): void {
    const isLeft = most !== undefined && whoTrains(run.folder)?.isSure && !queue.isNeeded(run);
    if (isLeft) queue.done(run);
    else queue.later(run, lookAgain);
  }

  function isFirst(run: StudyRun): boolean {
    return !mine.has(run) && !toldOf.has(run);
  }

  function tell(run: StudyRun, message: RunMessage): void {
    if ("notice" in message) onEvent?.({ kind: "notice", run, notice: message.notice });
    if (!("progress" in message)) return;
    gotOn.add(run);
    onEvent?.({ kind: "progress", run, progress: message.progress });
  }
}
