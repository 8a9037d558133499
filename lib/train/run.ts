import { cpus } from "node:os";
import * as tf from "@tensorflow/tfjs";
import { arithmetic } from "../backend/select";
import type { Dataset } from "../data/dataset";
import { loadDataset } from "../data/load";
import { FileError } from "../errors";
import { version } from "../version";
import { summarize } from "../vit/summary";
import { readCheckpoint, writeCheckpoint } from "./checkpoint";
import { checkRun, type TrainOptions, train } from "./loop";
import type { Environment, RunConfig, RunRecord } from "./record";
import { prepareFolder, readRecord, runIdentity, weightsSha256, writeRun } from "./run-folder";
import { sealRecord } from "./seal";

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

/** Milliseconds between checkpoints: often enough to lose little, rare enough not to be felt. */
const checkpointEvery = 5000;

/**
 * Trains a run into its folder, goes on where an interrupted one stopped, or finds it finished.
 *
 * @param run - name, configuration, seed
 * @param folder - gets `record.json` and `weights.safetensors`
 * @param options - callbacks and cancel signal
 * @param dataset - if already loaded
 * @returns the record, and whether it was there before
 * @throws what `train` and the file operations throw; a folder with another finished run, or with one on other data, is
 *   never overwritten
 */
export async function trainInto(
  run: Run,
  folder: string,
  options: RunOptions = {},
  dataset?: Dataset,
): Promise<{ record: RunRecord; existed: boolean }> {
  const identity = runIdentity(run.config, run.seed, arithmetic());
  const found = readRecord(folder);
  if (found && runIdentity(found.config, found.seed, found.environment.arithmetic) !== identity) {
    throw new FileError(
      `${folder} already holds another finished run, ${found.name} with seed ${found.seed} on ${found.environment.arithmetic}. ` +
        "Choose another folder with --out, or move that one away.",
    );
  }
  const data = dataset ?? (await loadDataset(run.config.dataset));
  if (found) {
    checkData(found, data, folder);
    return { record: found, existed: true };
  }
  const { workers = 1 } = options;
  const progress = { run: identity, data: data.sha256, workers };
  checkRun(run.config, data, workers);
  prepareFolder(folder);
  let savedAt = performance.now();
  const result = await train(run.config, run.seed, data, {
    ...options,
    resume: readCheckpoint(folder, progress, options.onNotice ?? console.error),
    onEpoch: (epoch, state) => {
      options.onEpoch?.(epoch, state);
      if (performance.now() - savedAt < checkpointEvery) return;
      writeCheckpoint(folder, progress, state());
      savedAt = performance.now();
    },
  });
  const { total } = summarize(run.config.model);
  const record = sealRecord({
    schema: "binvit.run/2",
    name: run.name,
    config: run.config,
    seed: run.seed,
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
    test: result.test,
    bytes: { float: total.bytesFloat, packed: total.bytesPacked },
    parameters: total.parameters,
    seconds: result.seconds,
    weightsSha256: weightsSha256(result.parameters),
  });
  writeRun(folder, record, result.parameters);
  return { record, existed: false };
}

/** A run is finished only on the data it was trained on: elsewhere, or later, other ones may go by the same name. */
function checkData({ dataset }: RunRecord, data: Dataset, folder: string): void {
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
  };
}
