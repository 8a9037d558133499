import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../errors";
import { readJson } from "../files";
import { kitRoot } from "../kit-root";
import { parseRecord } from "../train/parse-record";
import type { RunRecord } from "../train/record";
import { readRecord } from "../train/run-folder";

/**
 * The records of a study: those kept with the kit (`data/results/<name>`), or those of a folder of runs.
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
  const records = entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return readRecord(path) ?? [];
    return entry.name.endsWith(".json") ? [parseRecord(readJson(path), path)] : [];
  });
  if (records.length === 0) {
    throw new FileError(`No finished runs in ${folder}. Make them with \`npx binvit study quick --out ${place}\`.`);
  }
  return records.sort((a, b) => rank(a) - rank(b) || compare(a.name, b.name) || a.seed - b.seed);
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
