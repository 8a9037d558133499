import { ConfigError } from "../base/errors";
import type { ModelConfig } from "../vit/config";
import { parameterShapes } from "../vit/places";
import { recipeOf } from "./identity";
import { terms } from "./objectives/index";
import type { Teacher } from "./objectives/term";
import { originPlaces } from "./origin-places";
import type { Origin, RunConfig, RunRecord } from "./record";
import { readRecord, readWeights } from "./run-folder";

/** What the name of a row of a study begins with, where a folder is expected elsewhere. */
export const rowMark = "row:";

/**
 * Model and weights of a finished run.
 *
 * @param folder - the run's
 * @throws ConfigError if there is none; FileError if it is damaged
 */
export function loadRun(folder: string): Teacher {
  const record = originRecord(folder, "training");
  return { model: record.config.model, parameters: readWeights(folder, record) };
}

/**
 * The record of a run that another one needs.
 *
 * @param folder - as the configuration names it
 * @param where - the setting, for messages
 * @throws ConfigError if no run is finished there; FileError if its record is damaged
 */
export function originRecord(folder: string, where: string): RunRecord {
  if (folder.startsWith(rowMark)) {
    throw new ConfigError(
      `${where}: "${folder}" names a row of a study. Outside of one, name the folder of a finished run.`,
    );
  }
  const record = readRecord(folder);
  if (record) return record;
  throw new ConfigError(
    `${where}: no finished run in ${folder}. Name the folder of one, as \`binvit train\` prints it, or train it first.`,
  );
}

/**
 * The runs that a run needs, as its record names them.
 *
 * @returns by the setting that names each
 * @throws as `originRecord`
 */
export function readOrigins({ training }: RunConfig): Record<string, Origin> {
  return Object.fromEntries(
    originPlaces(training).map(({ key, run }) => {
      const record = originRecord(run, `training.${key}`);
      const { name, seed, weightsSha256 } = record;
      return [key, { name, seed, weightsSha256, recipe: recipeOf(record) }];
    }),
  );
}

/**
 * Makes sure that the runs which a run needs are finished and fit it, before anything is trained.
 *
 * @throws ConfigError naming the setting, what was expected and what is there
 */
export function checkOrigins({ model, training }: RunConfig): void {
  for (const { key, run } of originPlaces(training)) {
    const where = `training.${key}`;
    const { config } = originRecord(run, where);
    if (key === "from") checkShapes(model, config.model, `${where}: ${run}`);
    else checkTeacher(model, config.model, key.split(".")[1], `${where}: ${run}`);
  }
}

function checkTeacher(model: ModelConfig, teacher: ModelConfig, name: string, where: string): void {
  for (const key of ["imageSize", "channels", "numClasses"] as const) {
    if (teacher[key] === model[key]) continue;
    throw new ConfigError(
      `${where} has ${key} ${teacher[key]}, this model ${model[key]}. Name a teacher that was trained on such images.`,
    );
  }
  const problem = terms.find((term) => term.name === name)?.mismatch?.(model, teacher);
  if (problem) throw new ConfigError(`${where} ${problem}. Name a teacher of the same sizes.`);
}

function checkShapes(model: ModelConfig, from: ModelConfig, where: string): void {
  const [own, its] = [parameterShapes(model), parameterShapes(from)];
  for (const [name, shape] of Object.entries(own)) {
    const found = its[name];
    if (found === undefined || found.join() === shape.join()) continue;
    throw new ConfigError(
      `${where} has "${name}" as ${found.join("×")}, this model as ${shape.join("×")}. ` +
        "Start from a run of the same sizes.",
    );
  }
}
