import { fork } from "node:child_process";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { arithmetic, useBackend } from "../backend/select";
import { BinvitError, CancelledError, FileError, TrainingError } from "../base/errors";
import { fileError } from "../base/file-error";
import { prepareFolder, writeAtomically } from "../base/files";
import { kitRoot } from "../base/kit-root";
import type { Dataset } from "../data/dataset";
import type { DatasetConfig } from "../data/dataset-config";
import { loadDataset } from "../data/load";
import type { Progress } from "../train/loop";
import type { RunRecord } from "../train/record";
import { checkData, sameRun } from "../train/run";
import { readRecord } from "../train/run-folder";
import { RunQueue } from "./run-queue";
import type { StudyConfig } from "./study-config";
import { type StudyRun, studyRuns } from "./study-runs";

/** What happens to a run while a study goes on. */
export type StudyEvent =
  | { readonly kind: "found" | "started"; readonly run: StudyRun }
  | { readonly kind: "progress"; readonly run: StudyRun; readonly progress: Progress }
  | { readonly kind: "finished"; readonly run: StudyRun; readonly record: RunRecord }
  /** What should be known but stopped nothing, e.g. that a checkpoint was of another run. */
  | { readonly kind: "notice"; readonly run: StudyRun; readonly notice: string }
  | { readonly kind: "damaged" | "failed"; readonly run: StudyRun; readonly problem: string };

/** What a study has come to. */
export interface StudyResult {
  /** Of all runs that are finished, in the order of `studyRuns`. */
  readonly records: RunRecord[];
  /** The runs that are not, with the reason. */
  readonly failures: readonly { readonly run: StudyRun; readonly problem: string }[];
}

/**
 * Trains every run that is not finished, several at a time, each in a process of its own.
 *
 * One that fails does not keep the others from being trained and counted. A record that is damaged, or of another run,
 * is moved aside with its weights, and the run trained again. One of this run, finished on other data than is here, is
 * left where it is, and not counted; where the data is missing, nobody can tell, and it is. A run that needs others, to
 * start from or as teachers, waits for them.
 *
 * @param study - rows
 * @param options - seeds, processes at a time, folder, callback, cancel signal
 * @returns the records of the finished runs, and why others are not
 * @throws CancelledError if stopped; FileError if runs are to be trained and the folder cannot be written to
 */
export async function runStudy(
  study: StudyConfig,
  options: {
    readonly seeds: readonly number[];
    readonly jobs: number;
    readonly out: string;
    readonly onEvent?: (event: StudyEvent) => void;
    readonly signal?: AbortSignal;
  },
): Promise<StudyResult> {
  const { seeds, jobs, out, onEvent, signal } = options;
  await useBackend(); // for its name: the processes that train choose the same
  const runs = studyRuns(study, seeds, out, arithmetic());
  const waiting = new Set(runs);
  const onOtherData = new Map<StudyRun, string>();
  const dataOf = readOnce();
  // What needs others can be recognized only by their weights: those first.
  for (const run of [...runs].sort((a, b) => depth(a) - depth(b))) {
    if (run.needs.some((needed) => waiting.has(needed))) continue;
    const { record } = recordOf(run);
    if (!record) continue;
    waiting.delete(run);
    const problem = dataProblem(record, await dataOf(run.row.config.dataset), run.folder);
    if (problem === undefined) onEvent?.({ kind: "found", run });
    else {
      onOtherData.set(run, problem);
      onEvent?.({ kind: "failed", run, problem });
    }
  }
  if (waiting.size > 0) prepareFolder(out);
  const failed = new Map<StudyRun, string>();
  const fail = (run: StudyRun, problem: string) => {
    failed.set(run, problem);
    if (!signal?.aborted) onEvent?.({ kind: "failed", run, problem });
  };
  const queue = new RunQueue([...waiting], (run, needed) => fail(run, `it needs ${needed.row.name}, which failed`));
  const work = async () => {
    for (let run = await queue.next(); run && !signal?.aborted; run = await queue.next()) {
      try {
        const { record, problem } = recordOf(run);
        if (record) {
          onEvent?.({ kind: "found", run });
          queue.done(run);
          continue;
        }
        if (problem) {
          setAside(run.folder);
          onEvent?.({ kind: "damaged", run, problem });
        }
        onEvent?.({ kind: "started", run });
        await trainInProcess(run, eventsOf(run, onEvent), signal);
        onEvent?.({ kind: "finished", run, record: readRecord(run.folder)! });
        queue.done(run);
      } catch (error) {
        fail(run, (error as Error).message);
        queue.failed(run);
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  if (signal?.aborted) throw new CancelledError("The study was stopped. Run the same command to go on where it was.");
  // Asked once more: another study may have finished meanwhile what it kept this one from.
  const ends = runs.map((run) => {
    const problem = onOtherData.get(run);
    if (problem !== undefined) return { run, problem };
    return { run, ...(run.needs.some((other) => failed.has(other)) ? {} : recordOf(run)) };
  });
  return {
    records: ends.flatMap(({ record }) => record ?? []),
    failures: ends.flatMap(({ run, record, problem = "it left no record" }) =>
      record ? [] : [{ run, problem: failed.get(run) ?? problem }],
    ),
  };
}

/** How many runs have to be trained one after the other before this one can be. */
const depth = ({ needs }: StudyRun): number => (needs.length === 0 ? 0 : 1 + Math.max(...needs.map(depth)));

/** The record of a run, if it is finished; or why what is there is not it. What it needs has to be finished. */
function recordOf({ config, seed, folder }: StudyRun): { record?: RunRecord; problem?: string } {
  try {
    const record = readRecord(folder);
    if (!record || sameRun(record, { config, seed })) return { record };
    return {
      problem: `${join(folder, "record.json")} is that of another run, ${record.name} with seed ${record.seed}.`,
    };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { problem: error.message };
  }
}

type DataSeen = Pick<Dataset, "name" | "sha256">;

/** Reads every data set once; gives nothing for one that is missing or damaged. */
function readOnce(): (config: DatasetConfig) => Promise<DataSeen | undefined> {
  const seen = new Map<string, DataSeen | undefined>();
  return async (config) => {
    const key = JSON.stringify(config);
    if (!seen.has(key)) {
      const read = await loadDataset(config).catch((error) => {
        if (error instanceof BinvitError) return undefined;
        throw error;
      });
      seen.set(key, read && { name: read.name, sha256: read.sha256 }); // not its images
    }
    return seen.get(key);
  };
}

function dataProblem(record: RunRecord, data: DataSeen | undefined, folder: string): string | undefined {
  try {
    if (data) checkData(record, data, folder);
    return undefined;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return error.message;
  }
}

/** Gives a record that cannot be used and the weights beside it names that keep them from being overwritten. */
function setAside(folder: string): void {
  const names = (mark: string) => [
    ["record.json", `record.${mark}.json`],
    ["weights.safetensors", `weights.${mark}.safetensors`],
  ];
  let moves = names("damaged");
  for (let i = 2; moves.some(([, to]) => existsSync(join(folder, to))); i++) moves = names(`damaged-${i}`);
  for (const [from, to] of moves) {
    try {
      if (existsSync(join(folder, from))) renameSync(join(folder, from), join(folder, to));
    } catch (error) {
      throw fileError(error, `move ${join(folder, from)} to ${to}`);
    }
  }
}

/** What a training process tells its parent. */
export type RunMessage = { readonly progress: Progress } | { readonly notice: string };

/** Hands on what the process of a run tells. */
const eventsOf =
  (run: StudyRun, onEvent?: (event: StudyEvent) => void) =>
  (message: RunMessage): void =>
    onEvent?.("notice" in message ? { kind: "notice", run, ...message } : { kind: "progress", run, ...message });

function trainInProcess(run: StudyRun, onMessage: (message: RunMessage) => void, signal?: AbortSignal): Promise<void> {
  const configPath = join(run.folder, "config.json");
  writeAtomically(configPath, `${JSON.stringify(run.config, null, 1)}\n`);
  const launcher = join(kitRoot(), "lib", "bin", "binvit.js");
  const args = ["train", configPath, "--seed", String(run.seed), "--name", run.row.name, "--out", run.folder];
  return new Promise((resolve, reject) => {
    const child = fork(launcher, args, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let errors = "";
    child.stderr!.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("message", onMessage);
    const stop = () => child.kill("SIGTERM");
    signal?.addEventListener("abort", stop, { once: true });
    child.on("exit", (code, killedBy) => {
      signal?.removeEventListener("abort", stop);
      if (code === 0) resolve();
      else reject(new TrainingError(ownMessage(errors) ?? `the training process ended with ${killedBy ?? code}`));
    });
    child.on("error", reject);
  });
}

/** What `binvit train` said; libraries may have written before it, and a crash writes a stack trace. */
function ownMessage(errors: string): string | undefined {
  return (
    (/^binvit: (.*)$/m.exec(errors)?.[1] ?? /^\w*Error.*$/m.exec(errors)?.[0] ?? errors.trim().split("\n")[0]) ||
    undefined
  );
}
