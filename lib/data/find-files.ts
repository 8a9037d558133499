import * as fs from "node:fs/promises";
import * as path from "node:path";
import { FileError } from "../base/errors";
import type { Source } from "./dataset-info";

/** Files that go by the names of a data set's, whatever they hold. */
export interface FoundFiles {
  /** For each official file those that go by its name, the nearest first. */
  readonly byName: ReadonlyMap<string, readonly string[]>;
  /** Those that go by the name of the archive, where there is one. */
  readonly archives: readonly string[];
}

/** Folders below the one that is named: `FashionMNIST/raw`, `cifar-10-binary/cifar-10-batches-bin`. */
const deepest = 2;

/**
 * One spelling for all the names that a file is given on its way: capitals, dots or underscores for hyphens
 * (`train-images.idx3-ubyte`), with and without what says that it is packed. What it is, its content decides.
 */
export const spelling = (name: string): string =>
  name
    .toLowerCase()
    .replace(/(\.tar|\.tgz|\.gz)+$/, "")
    .replace(/[._]/g, "-");

/**
 * Looks for the official files of a data set in a folder and below it.
 *
 * @param source - their names
 * @param folder - or one file
 * @returns undefined if there is none of them
 * @throws FileError if the folder cannot be read
 */
export async function findFiles(source: Source, folder: string): Promise<FoundFiles | undefined> {
  const byName = new Map(source.files.map(({ name }) => [name, [] as string[]]));
  const bySpelling = new Map(source.files.map(({ name }) => [spelling(name), byName.get(name)]));
  const archives: string[] = [];
  for (const { name } of source.downloads) if (name.endsWith(".tar.gz")) bySpelling.set(spelling(name), archives);
  let level = [folder];
  for (let depth = 0; depth <= deepest && level.length > 0; depth++) {
    const below: string[] = [];
    for (const place of level) {
      for (const { name, isFolder } of await entriesOf(place, depth)) {
        const entry = path.join(place, name);
        if (isFolder) below.push(entry);
        else bySpelling.get(spelling(path.basename(entry)))?.push(entry);
      }
    }
    level = below;
  }
  return archives.length > 0 || [...byName.values()].some((files) => files.length > 0)
    ? { byName, archives }
    : undefined;
}

/** Files and folders in a place, links followed, in the order of their names; a file is its own only entry. */
async function entriesOf(place: string, depth: number): Promise<{ name: string; isFolder: boolean }[]> {
  try {
    const entries = await fs.readdir(place, { withFileTypes: true });
    const kinds = entries
      .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
      .map(async (entry) => {
        const kind = entry.isSymbolicLink() ? await fs.stat(path.join(place, entry.name)).catch(() => entry) : entry;
        return kind.isFile() || kind.isDirectory() ? [{ name: entry.name, isFolder: kind.isDirectory() }] : [];
      });
    return (await Promise.all(kinds)).flat().sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR" && depth === 0) return [{ name: "", isFolder: false }];
    if (code === "ENOENT" || depth > 0) return [];
    throw new FileError(`${place} cannot be read: ${message}. Check the folder, or name another.`);
  }
}
