import { fork } from "node:child_process";
import { join } from "node:path";
import { type Arithmetic, arithmetic, useBackend } from "../backend/select";
import { CancelledError, TrainingError } from "../errors";
import { writeAtomically } from "../files";
import { kitRoot } from "../kit-root";
import type { Progress } from "../train/loop";
import type { RunRecord } from "../train/record";
import { readRecord, runIdentity } from "../train/run-folder";
import type { StudyConfig, StudyRow } from "./study-config";

/** One run of a study: a row with a seed, and its folder. */
export interface StudyRun {
  readonly row: StudyRow;
  readonly seed: number;
  readonly folder: string;
}

/** What happens to a run while a study goes on. */
export type StudyEvent =
  | { readonly kind: "found" | "started"; readonly run: StudyRun }
  | { readonly kind: "progress"; readonly run: StudyRun; readonly progress: Progress }
  | { readonly kind: "finished"; readonly run: StudyRun; readonly record: RunRecord }
  | { readonly kind: "failed"; readonly run: StudyRun; readonly problem: string };

/**
 * The runs of a study; the folder's name carries the identity, so another configuration gets another folder.
 *
 * @param study - rows
 * @param seeds - every row is trained with each
 * @param out - the study's folder
 * @param how - what the numbers are computed with
 */
export function studyRuns(study: StudyConfig, seeds: readonly number[], out: string, how: Arithmetic): StudyRun[] {
  return seeds.flatMap((seed) =>
    study.rows.map((row) => {
      const id = runIdentity(row.config, seed, how).slice(0, 8);
      return { row, seed, folder: join(out, `${row.name.replace("/", "-")}-s${seed}-${id}`) };
    }),
  );
}

/**
 * Trains every run that is not finished, several at a time, each in a process of its own.
 *
 * @param study - rows
 * @param options - seeds, processes at a time, folder, callback, cancel signal
 * @returns the records of all runs, in the order of `studyRuns`
 * @throws TrainingError if a run fails: the others are finished first; CancelledError if stopped
 */
export async function runStudy(
  study: StudyConfig,
  options: {
    readonly seeds: readonly number[];
    readonly workers: number;
    readonly out: string;
    readonly onEvent?: (event: StudyEvent) => void;
    readonly signal?: AbortSignal;
  },
): Promise<RunRecord[]> {
  const { seeds, workers, out, onEvent, signal } = options;
  await useBackend(); // for its name: the processes that train choose the same
  const runs = studyRuns(study, seeds, out, arithmetic());
  const waiting: StudyRun[] = [];
  for (const run of runs) {
    if (readRecord(run.folder)) onEvent?.({ kind: "found", run });
    else waiting.push(run);
  }
  const failures: string[] = [];
  const work = async () => {
    for (let run = waiting.shift(); run && !signal?.aborted; run = waiting.shift()) {
      onEvent?.({ kind: "started", run });
      try {
        await trainInProcess(run, (progress) => onEvent?.({ kind: "progress", run: run!, progress }), signal);
        onEvent?.({ kind: "finished", run, record: readRecord(run.folder)! });
      } catch (error) {
        const problem = (error as Error).message;
        failures.push(`${run.row.name}, seed ${run.seed}: ${problem}`);
        if (!signal?.aborted) onEvent?.({ kind: "failed", run, problem });
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  if (signal?.aborted) throw new CancelledError("The study was stopped. Run the same command to go on where it was.");
  if (failures.length > 0) {
    throw new TrainingError(`${failures.length} of ${runs.length} runs failed. ${failures[0]}`);
  }
  return runs.map((run) => readRecord(run.folder)!);
}

/** What a training process tells its parent. */
export type WorkerMessage = { readonly progress: Progress };

function trainInProcess(run: StudyRun, onProgress: (progress: Progress) => void, signal?: AbortSignal): Promise<void> {
  const configPath = join(run.folder, "config.json");
  writeAtomically(configPath, `${JSON.stringify(run.row.config, null, 1)}\n`);
  const launcher = join(kitRoot(), "lib", "bin", "binvit.js");
  const args = ["train", configPath, "--seed", String(run.seed), "--name", run.row.name, "--out", run.folder];
  return new Promise((resolve, reject) => {
    const child = fork(launcher, args, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let errors = "";
    child.stderr!.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("message", (message: WorkerMessage) => onProgress(message.progress));
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

/**
 * Copies the records (not the weights) of finished runs into a folder that is kept with the kit.
 *
 * @param records - one JSON file each, named by row, seed
 */
export function keepRecords(records: readonly RunRecord[], folder: string): void {
  for (const record of records) {
    const path = join(folder, `${record.name.replace("/", "-")}-s${record.seed}.json`);
    writeAtomically(path, `${JSON.stringify(record, null, 1)}\n`);
  }
}
