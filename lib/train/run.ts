import { cpus } from "node:os";
import * as tf from "@tensorflow/tfjs";
import { type Arithmetic, arithmetic } from "../backend/arithmetic";
import type { Claim } from "../base/claim";
import { FileError } from "../base/errors";
import { version } from "../base/version";
import type { Dataset } from "../data/dataset";
import { loadDataset } from "../data/load";
import { kernelTier } from "../kernels/wide";
import { summarize } from "../vit/summary";
import {
  hasCheckpoints,
  readCheckpoint,
  removeCheckpoints,
  type TrainingIdentity,
  writeCheckpoint,
} from "./checkpoint";
import { CheckpointPace } from "./checkpoint-pace";
import { recordIdentity, revisionsOf, runIdentity, weightsOf } from "./identity";
import { readOrigins } from "./origins";
import type { Environment, RunConfig, RunRecord } from "./record";
import { StoppedTraining } from "./result";
import { readRecord, removeLeftovers, weightsSha256, writeRun } from "./run-folder";
import { isLocked, lockFolder } from "./run-lock";
import { sealRecord } from "./seal";
import type { TrainingState } from "./state";
import { checkRun, type TrainOptions, train } from "./train";

/** A run to be made, or to be found finished. */
export interface Run {
  /** Name of its row in tables. */
  readonly name: string;
  readonly config: RunConfig;
  readonly seed: number;
}

/** What a caller may watch or stop. */
export interface RunOptions extends Omit<TrainOptions, "resume"> {
  /** Gets what should be known but stops nothing, e.g. that a checkpoint is damaged; standard error if left out. */
  readonly onNotice?: (line: string) => void;
}

/**
 * Trains a run into its folder, goes on where an interrupted one stopped, or finds it finished.
 *
 * @param run - name, configuration, seed
 * @param folder - gets `record.json` and `weights.safetensors`
 * @param options - callbacks and cancel signal
 * @param dataset - if already loaded
 * @returns the record, and whether it was there before
 * @throws what `train` and the file operations throw; a folder with another finished run, or with one on other data, is
 *   never overwritten, nor one in which another process trains
 */
export async function trainInto(
  run: Run,
  folder: string,
  options: RunOptions = {},
  dataset?: Dataset,
): Promise<{ record: RunRecord; existed: boolean }> {
  readOrigins(run.config); // what the run needs has to be there, whatever is in the folder
  const finished = (data: Dataset) => {
    const found = findRun(run, folder);
    if (found) checkData(found, data, folder);
    return found;
  };
  findRun(run, folder); // another run in the folder is better known now than after reading the data
  const data = dataset ?? (await loadDataset(run.config.dataset));
  const found = finished(data);
  if (found) {
    await tidyUp(folder);
    return { record: found, existed: true };
  }
  checkRun(run.config, data, options.workers ?? 1); // before there is a folder
  const lock = await lockFolder(folder, `${run.name}, seed ${run.seed},`, options.signal, options.onNotice);
  try {
    const meanwhile = finished(data); // whoever trained there until now may have finished it
    if (meanwhile) return { record: meanwhile, existed: true };
    return { record: await trainLocked(run, folder, lock, options, data), existed: false };
  } finally {
    lock.release();
  }
}

/** Removes what a training leaves that was killed when all but this was done. */
export async function tidyUp(folder: string): Promise<void> {
  if (!isLocked(folder) && !hasCheckpoints(folder)) return;
  try {
    const lock = await lockFolder(folder, "what is finished,");
    removeCheckpoints(folder);
    lock.release();
  } catch (error) {
    if (!(error instanceof FileError)) throw error; // somebody does so now, or nothing may be written there
  }
}

/** @returns the record of this run, if it is finished; throws if the folder holds another */
function findRun(run: Run, folder: string): RunRecord | undefined {
  const found = readRecord(folder);
  if (!found || sameRun(found, run)) return found;
  throw new FileError(
    `${folder} already holds another finished run, ${found.name} with seed ${found.seed} on ${found.environment.arithmetic}. ` +
      "Choose another folder with --out, or move that one away.",
  );
}

/** Whether a record is what training a run would give, here or with another arithmetic. */
export const sameRun = (record: RunRecord, run: Omit<Run, "name">, how: Arithmetic = arithmetic()): boolean =>
  recordIdentity(record) === identityOf(run, how);

/** The identity of a run; what it needs has to be finished. */
const identityOf = ({ config, seed }: Omit<Run, "name">, how: Arithmetic): string =>
  runIdentity(config, seed, how, weightsOf(readOrigins(config)));

async function trainLocked(
  run: Run,
  folder: string,
  lock: Claim,
  options: RunOptions,
  data: Dataset,
): Promise<RunRecord> {
  removeLeftovers(folder);
  const { workers = 1, onNotice = console.error } = options;
  const { config, seed } = run;
  const made = { config, seed, arithmetic: arithmetic() };
  const progress: TrainingIdentity = { run: identityOf(run, made.arithmetic), data: data.sha256, workers, made };
  const origins = readOrigins(config);
  const save = saving(folder, progress, lock, onNotice);
  const pace = new CheckpointPace();
  const result = await train(config, seed, data, {
    ...options,
    resume: readCheckpoint(folder, progress, onNotice),
    onStep: (at, state) => {
      options.onStep?.(at, state);
      if (pace.isDue()) pace.timed(() => save(state()));
    },
  }).catch((error) => {
    if (!(error instanceof StoppedTraining)) throw error;
    const kept = save(error.state)
      ? `Where it stands is kept in ${folder}: the same command goes on from there.`
      : "No checkpoint of that was kept; the same command goes on from the last one.";
    throw new StoppedTraining(`${error.message} ${kept}`, error.soFar, error.state);
  });
  const { total } = summarize(run.config.model);
  const record = sealRecord({
    schema: "binvit.run/3",
    name: run.name,
    config: run.config,
    seed: run.seed,
    revisions: revisionsOf(run.config),
    ...(Object.keys(origins).length > 0 && { origins }),
    dataset: {
      name: data.name,
      sha256: data.sha256,
      train: data.train.count,
      validation: data.validation.count,
      test: data.test.count,
      maxValue: data.maxValue,
      mean: data.mean,
      std: data.std,
      classNames: data.classNames,
    },
    environment: { ...environment(), ...(workers > 1 && { workers }) },
    curve: result.curve,
    test: { ...result.test, correct: Buffer.from(result.test.correct).toString("base64") },
    bytes: { float: total.bytesFloat, packed: total.bytesPacked },
    parameters: total.parameters,
    seconds: result.seconds,
    weightsSha256: weightsSha256(result.parameters),
  });
  lock.check();
  writeRun(folder, record, result.parameters);
  return record;
}

/**
 * How a run's checkpoints are written, and whether one was: a disk that is full, or a folder that is gone, does not end the training, and
 * numbers that are no longer finite do not replace those that were.
 */
function saving(
  folder: string,
  identity: TrainingIdentity,
  lock: Claim,
  onNotice: (line: string) => void,
): (state: TrainingState) => boolean {
  let failing = false;
  return (state) => {
    lock.check();
    if (!Object.values(state.weights).every(({ data }) => data.every(Number.isFinite))) return false; // the epoch's end says so
    try {
      writeCheckpoint(folder, identity, state);
      if (failing) onNotice("Checkpoints are written again.");
      failing = false;
      return true;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (!failing) onNotice(`No checkpoint could be written, and the training goes on without. ${error.message}`);
      failing = true;
      return false;
    }
  };
}

/**
 * A run is finished only on the data it was trained on: elsewhere, or later, other ones may go by the same name.
 *
 * @throws FileError if the data is not that of the record
 */
export function checkData({ dataset }: RunRecord, data: Pick<Dataset, "name" | "sha256">, folder: string): void {
  if (data.sha256 === dataset.sha256) return;
  throw new FileError(
    `${folder} holds this run, finished on other data: its record says SHA-256 ${dataset.sha256.slice(0, 12)}…, and ` +
      `${data.name} as it is here has ${data.sha256.slice(0, 12)}…. Bring the former back, choose another folder with ` +
      "--out, or move that one away.",
  );
}

/** @returns where this process runs; the backend must be ready */
export function environment(): Environment {
  return {
    binvit: version,
    node: process.versions.node,
    tfjs: tf.version_core,
    arithmetic: arithmetic(),
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    ...(arithmetic() === "wasm+kernels" && kernelTier().tier === "wide" && { registers: 256 }),
  };
}
