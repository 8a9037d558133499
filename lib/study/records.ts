import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { FileError } from "../base/errors";
import { fileError } from "../base/file-error";
import { namesIn, writeAtomically } from "../base/files";
import { kitRoot } from "../base/kit-root";
import { readJson } from "../base/read-json";
import { didYouMean } from "../base/suggest";
import { fileName } from "../train/file-name";
import { parseRecord } from "../train/parse-record";
import type { RunRecord } from "../train/record";
import { readRecord } from "../train/run-folder";
import { configurationId, runId, tellApart } from "./configurations";
import { planPath } from "./plan";
import { plainName, rowName } from "./row-name";
import { studyNames } from "./study-names";

/**
 * The records of a study: those kept with the kit (`data/results/<name>`), or those of a folder of runs.
 *
 * What is no sound record is left out. A name that stands for several configurations, as before and after a change of a
 * study, is told apart: `float [epochs=40]`, `float [epochs=7]`.
 *
 * @param place - a study's name, or a folder of records or of run folders, or of links to such
 * @param warn - is told what was left out or told apart, and why
 * @returns by row, then seed
 * @throws FileError if there are none, or the place is a file
 *
 * @example
 * const records = loadStudy("quick");
 */
export function loadStudy(place: string, warn: (problem: string) => void = console.warn): RunRecord[] {
  const isKept = isRecorded(place);
  const folder = isKept ? recordedAt(place) : place;
  if (isKept && existsSync(place) && resolve(place) !== resolve(folder)) {
    warn(`${place} is the study recorded with the kit, which counts; say ./${place} for the folder of that name here.`);
  }
  if (statSync(folder, { throwIfNoEntry: false })?.isFile()) {
    throw new FileError(`${folder} is a file. Name a study, or a folder of records or runs, as runs/quick.`);
  }
  const { found, problems } = findRecords(folder);
  if (found.length === 0) {
    const [problem, ...more] = problems;
    if (problem) throw new FileError(problem + (more.length > 0 ? ` (${more.length} more cannot be read.)` : ""));
    if (existsSync(planPath(folder))) {
      throw new FileError(
        `None of the runs planned in ${folder} is finished. \`npx binvit study status ${place}\` says how they are, ` +
          `\`npx binvit study work ${place}\` trains them.`,
      );
    }
    const meant = didYouMean(
      place,
      namesIn(join(kitRoot(), "data", "results")).filter((name) => !name.includes(".")),
    );
    const study = studyNames.find((name) => name === basename(resolve(place))) ?? "quick";
    const out = place === study ? "" : ` --out ${place}`;
    throw new FileError(`No finished runs in ${folder}.${meant} Make them with \`npx binvit study ${study}${out}\`.`);
  }
  for (const problem of problems.slice(0, 3)) warn(`Left out: ${problem}`);
  if (problems.length > 3) warn(`Left out: ${problems.length - 3} more such files in ${folder}.`);
  const { records, differences } = tellApart(found.map(({ record }) => record));
  for (const difference of differences) warn(difference);
  const paths = new Map(found.map(({ record, path }) => [runId(record), path]));
  const counted = new Map<string, RunRecord>();
  for (const record of records) {
    const key = `${record.seed} ${record.name}`;
    const other = counted.get(key);
    if (!other) counted.set(key, record);
    else {
      warn(
        `${record.name}, seed ${record.seed}, is there twice, with different weights: ${paths.get(runId(other))} ` +
          `counts, ${paths.get(runId(record))} does not. Move one of them away.`,
      );
    }
  }
  return [...counted.values()].sort((a, b) => rank(a) - rank(b) || compare(a.name, b.name) || a.seed - b.seed);
}

/** @returns the runs of a study that are kept with the kit, or none */
export const recordedRuns = (study: string): RunRecord[] => (isRecorded(study) ? loadStudy(study, () => {}) : []);

/** @returns whether runs of a study are kept with the kit; "." or a path is never a study's name */
const isRecorded = (study: string): boolean => /^[\w-]+$/.test(study) && existsSync(recordedAt(study));

const recordedAt = (study: string): string => join(kitRoot(), "data", "results", study);

function findRecords(folder: string) {
  const found: { readonly record: RunRecord; readonly path: string }[] = [];
  const problems: string[] = [];
  for (const name of existsSync(folder) && statSync(folder).isDirectory() ? namesIn(folder) : []) {
    const path = join(folder, name);
    try {
      const record = recordAt(path);
      if (record) found.push({ record, path });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      problems.push(error.message);
    }
  }
  return { found, problems };
}

/** The record that a path leads to, a run's folder or a file; undefined if that is something else. */
function recordAt(path: string): RunRecord | undefined {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    throw fileError(error, `read ${path}`); // a link that leads nowhere
  }
  if (isFolder) return readRecord(path);
  return path.endsWith(".json") ? parseRecord(readJson(path), path) : undefined;
}

/**
 * Copies the records (not the weights) of finished runs into a folder that is kept with the kit.
 *
 * @param records - one JSON file each, named by row and seed; a run that was kept before is replaced, one of the same
 *   name and another configuration stays beside it, as does whatever else has that name
 * @param warn - is told what has a record's name and is none that this version reads
 * @throws FileError if the name beside it is taken by such a file, too
 */
export function keepRecords(
  records: readonly RunRecord[],
  folder: string,
  warn: (problem: string) => void = console.warn,
): void {
  for (const record of records) {
    const name = `${fileName(record.name, "row")}-s${record.seed}`;
    const path = join(folder, `${name}.json`);
    const beside = join(folder, `${name}-${configurationId(record)}.json`);
    const held = heldAt(path, record);
    const place = held === "nothing" || held === "this run" ? path : beside;
    if (held === "no record")
      warn(`${path} is no record that this version reads: it stays, and the run is kept as ${beside}.`);
    if (place === beside && heldAt(beside, record) === "no record") {
      throw new FileError(
        `${record.name}, seed ${record.seed}, is not kept: ${beside} is no record that this version reads. ` +
          "Move it away, or keep the records in another folder.",
      );
    }
    writeAtomically(place, `${JSON.stringify(record, null, 1)}\n`);
  }
}

/** What is in the place of a record: an earlier one of this run may be replaced, and nothing else. */
function heldAt(path: string, record: RunRecord): "nothing" | "this run" | "another run" | "no record" {
  if (!existsSync(path)) return "nothing";
  try {
    return configurationId(parseRecord(readJson(path), path)) === configurationId(record) ? "this run" : "another run";
  } catch {
    return "no record"; // or one of an earlier format, or that was changed
  }
}

// Fewest binarized parts first, as in the tables: float, conv, mlp, mhsa, mlp+mhsa, conv+mlp+mhsa.
const order = ["float", "conv", "mlp", "mhsa", "mlp+mhsa", "conv+mlp+mhsa"];

function rank(record: RunRecord): number {
  const at = order.indexOf(rowName(plainName(record.name)).component);
  return at < 0 ? order.length : at;
}

const plainScales = ["unscaled", "tensor", "channel", "learned", "token"];
const scaleOrder = [...plainScales, ...plainScales.map((scale) => `${scale}-w1a32`)];

function compare(a: string, b: string): number {
  const at = (name: string) => scaleOrder.indexOf(rowName(plainName(name)).scale);
  return at(a) - at(b) || a.localeCompare(b);
}
