import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { DataError, FileError, UsageError } from "../base/errors";
import type { Dataset } from "../data/dataset";
import type { DatasetConfig } from "../data/dataset-config";
import type { DatasetInfo } from "../data/dataset-info";
import type { RunRecord } from "../train/record";
import type { Sizes } from "../vit/config";
import { oneOf } from "./run-input";

/**
 * The record of a run folder that a command works on.
 *
 * @throws FileError if there is none
 */
export async function finishedRun(folder: string): Promise<RunRecord> {
  const { readRecord } = await import("../train/run-folder");
  const record = readRecord(folder);
  if (record) return record;
  throw new FileError(
    `${folder} holds no record.json. Give the folder of a finished run, as \`binvit train\` prints it.`,
  );
}

/**
 * Finds out whether what is made of a run can be written, before it is made.
 *
 * @param folder - the run's
 * @param out - the file to write
 * @throws FileError if it cannot be, or if it is one of the run's own files
 */
export async function prepareBeside(folder: string, out: string): Promise<void> {
  const { prepareFile } = await import("../base/files");
  const real = (path: string) => (existsSync(path) ? realpathSync(path) : resolve(path));
  const own = ["record.json", "weights.safetensors"].find((name) => real(join(folder, name)) === real(out));
  if (own) throw new FileError(`${out} is the run's own ${own}, and would be lost. Choose another file.`);
  prepareFile(out);
}

/** What the command line says of the data to evaluate on. */
export interface DataOptions {
  /** Another data set than the model was trained on. */
  readonly dataset?: string;
  readonly folder?: string;
}

/** What a model was trained on, as far as it is known. */
export interface TrainedOn {
  readonly config: DatasetConfig;
  readonly sha256: string;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly classNames?: readonly string[];
}

/** @returns what the run was trained on */
export const trainedOn = ({ config, dataset }: RunRecord): TrainedOn => ({ ...dataset, config: config.dataset });

/**
 * The data to evaluate a model on: what it was trained on, unless another set is asked for.
 *
 * Other data too are normalized with the mean and deviation that the model was trained with: they belong to it as its
 * weights do. The largest value of a byte stays that of the data.
 *
 * @param model - has to fit it
 * @param trained - the data set of the run, with its checksum
 * @throws DataError if it is not the data of the run, UsageError if it has no such name
 */
export async function dataToEvaluate(
  model: Sizes,
  trained: TrainedOn,
  { dataset, folder }: DataOptions,
): Promise<Dataset> {
  const { datasetNames, datasets } = await import("../data/sets");
  const other = dataset === undefined ? undefined : oneOf("--dataset", dataset, datasetNames);
  const name = other ?? trained.config.name;
  const info: DatasetInfo | undefined = datasets[name]; // a packed file may say any name
  if (folder !== undefined && info && !info.source) {
    throw new UsageError(`--folder: ${name} comes with the kit and lies in no folder. Leave it out.`);
  }
  const { loadDataset } = await import("../data/load");
  const { checkFit, checkSizes } = await import("../train/fit");
  // Before it is read or drawn.
  if (other) checkSizes(model, { ...datasets[other], numClasses: datasets[other].classNames.length }, true);
  const data = await loadDataset({ ...(other ? { name: other } : trained.config), ...(folder && { folder }) });
  checkFit(model, data);
  if (dataset === undefined && data.sha256 !== trained.sha256) {
    throw new DataError(
      `${data.name} is not what this run was trained on: SHA-256 ${data.sha256.slice(0, 12)}…, its record says ` +
        `${trained.sha256.slice(0, 12)}…. Check its files with \`binvit data verify ${data.name}\`.`,
    );
  }
  const { mean = data.mean, std = data.std, classNames = data.classNames } = trained;
  const renamed = classNames.findIndex((name, i) => name !== data.classNames[i]);
  if (renamed >= 0) {
    console.log(
      `The classes of ${data.name} are not those of ${trained.config.name}: "${data.classNames[renamed]}" counts as ` +
        `"${classNames[renamed]}", and so on by number.`,
    );
  }
  return { ...data, mean, std };
}
