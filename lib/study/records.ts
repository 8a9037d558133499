import { type Dirent, existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../errors";
import { readJson } from "../files";
import { kitRoot } from "../kit-root";
import { parseRecord } from "../train/parse-record";
import type { RunRecord } from "../train/record";
import { readRecord, runIdentity } from "../train/run-folder";

/**
 * The records of a study: those kept with the kit (`data/results/<name>`), or those of a folder of runs.
 *
 * A folder of runs may hold a row twice, before and after a change of its configuration: the newer one counts.
 *
 * @param place - a study's name, or a folder of records or of run folders
 * @returns by row, then seed
 * @throws FileError if there are none
 *
 * @example
 * const records = loadStudy("quick");
 */
export function loadStudy(place: string): RunRecord[] {
  const kept = join(kitRoot(), "data", "results", place);
  const folder = /^[\w-]+$/.test(place) && existsSync(kept) ? kept : place; // "." or a path is never a study's name
  const isFolder = existsSync(folder) && statSync(folder).isDirectory();
  const entries = isFolder ? readdirSync(folder, { withFileTypes: true }) : [];
  const paths = (wanted: (entry: Dirent) => boolean) => entries.filter(wanted).map(({ name }) => join(folder, name));
  const records = [
    ...paths((entry) => entry.name.endsWith(".json")).map((path) => parseRecord(readJson(path), path)),
    ...runsOf(paths((entry) => entry.isDirectory())),
  ];
  if (records.length === 0) {
    throw new FileError(`No finished runs in ${folder}. Make them with \`npx binvit study quick --out ${place}\`.`);
  }
  return records.sort((a, b) => rank(a) - rank(b) || compare(a.name, b.name) || a.seed - b.seed);
}

function runsOf(folders: readonly string[]): RunRecord[] {
  const runs = folders.flatMap((folder) => {
    const record = readRecord(folder);
    return record ? [{ record, madeAt: statSync(join(folder, "record.json")).mtimeMs }] : [];
  });
  const configuration = ({ config, environment }: RunRecord) => runIdentity(config, 0, environment.arithmetic);
  const current = new Map(
    runs.sort((a, b) => a.madeAt - b.madeAt).map(({ record }) => [record.name, configuration(record)]),
  );
  return runs.map(({ record }) => record).filter((record) => current.get(record.name) === configuration(record));
}

// Fewest binarized parts first, as in the tables: float, conv, mlp, mhsa, mlp+mhsa, conv+mlp+mhsa.
const order = ["float", "conv", "mlp", "mhsa", "mlp+mhsa", "conv+mlp+mhsa"];

function rank(record: RunRecord): number {
  const at = order.indexOf(record.name.split("/")[0]);
  return at < 0 ? order.length : at;
}

const scaleOrder = ["unscaled", "tensor", "channel", "learned", "channel-w1a32"];

function compare(a: string, b: string): number {
  const at = (name: string) => scaleOrder.indexOf(name.split("/")[1] ?? "");
  return at(a) - at(b) || a.localeCompare(b);
}
