import * as fs from "node:fs";
import * as path from "node:path";
import { kitRoot } from "../base/kit-root";
import { fileState, type Reads, treeSha256 } from "./reads";

/** What outputs were computed from: files and folders of the kit's recorded results, with the SHA-256 of what was there. */
export type RecordsRead = Readonly<Record<string, string>>;

/** Where records are kept: `data/results/methods`, say, or `data/diagnoses/digits.json`. */
const recorded = /^data\/(results|diagnoses)\/[^/]+/;

/**
 * The records among all that a notebook read: when they change, its outputs are no longer what a run would give.
 *
 * @param reads - of the run
 * @param root - the kit's folder
 */
export function recordsRead(reads: Reads | undefined, root = kitRoot()): RecordsRead | undefined {
  const places = Object.keys(reads ?? {}).flatMap((key) => {
    if (!key.startsWith("read:")) return [];
    const file = path.relative(root, key.slice("read:".length)).split(path.sep).join("/");
    return recorded.exec(file)?.[0] ?? [];
  });
  if (places.length === 0) return undefined;
  return Object.fromEntries([...new Set(places)].sort().map((place) => [place, stateOf(place, root)]));
}

/** Those that are not what they were when the outputs were made, or are gone. */
export const changedRecords = (records: RecordsRead, root = kitRoot()): string[] =>
  Object.keys(records).filter((place) => records[place] !== stateOf(place, root));

function stateOf(place: string, root: string): string {
  const full = path.join(root, place);
  return fs.existsSync(full) && fs.statSync(full).isDirectory() ? treeSha256([full]) : fileState(full);
}
