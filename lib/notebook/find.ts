import * as fs from "node:fs";
import * as path from "node:path";
import { UsageError } from "../base/errors";
import { kitRoot } from "../base/kit-root";

const extension = ".ipynb";

/**
 * Finds notebooks by what people and messages call them.
 *
 * @param names - numbers (`01`), names (`01-vision-transformer`, `solutions/01-vision-transformer`) or paths; a number
 *   or a name without a folder also means the solutions. None means every notebook of the kit.
 * @returns absolute paths, lessons first, then solutions
 * @throws UsageError for a name nothing fits, with the names there are
 */
export function findNotebooks(names: readonly string[] = []): string[] {
  const folder = lessonsFolder();
  const all = [...notebooksIn(folder), ...notebooksIn(path.join(folder, "solutions"))];
  if (names.length === 0) return all;
  const wanted = new Set<string>();
  for (const name of names) {
    const isPath = name.endsWith(extension) && fs.existsSync(name);
    const found = isPath ? [path.resolve(name)] : all.filter((file) => isCalled(file, name));
    if (found.length === 0) {
      const known = [...new Set(all.map((file) => path.basename(file, extension)))];
      throw new UsageError(
        `no notebook is called ${name}: expected a path or one of ${known.join(", ") || "(none yet)"}`,
      );
    }
    for (const file of found) wanted.add(file);
  }
  return [...wanted];
}

/**
 * A notebook as messages name it, and as {@link findNotebooks} finds it.
 *
 * @returns `01-vision-transformer` or `solutions/01-vision-transformer` in the kit, else a path
 */
export function notebookName(file: string): string {
  const absolute = path.resolve(file);
  const inKit = path.relative(lessonsFolder(), absolute);
  if (!leavesFolder(inKit)) return inKit.slice(0, -extension.length).split(path.sep).join("/");
  const fromHere = path.relative(process.cwd(), absolute);
  return leavesFolder(fromHere) ? absolute : fromHere;
}

/** Whether a notebook holds the solutions of another. */
export function isSolution(file: string): boolean {
  return path.basename(path.dirname(path.resolve(file))) === "solutions";
}

/**
 * Where executed copies of notebooks go: folders as those of the originals, so that no two share a place.
 *
 * @param files - absolute paths of the originals
 * @param out - folder for the copies
 * @returns the copy's path for each original
 * @throws UsageError if a copy would take the place of an original
 */
export function copiesIn(files: readonly string[], out: string): Map<string, string> {
  const lessons = lessonsFolder();
  const areAllOfTheKit = files.every((file) => !leavesFolder(path.relative(lessons, file)));
  const base = areAllOfTheKit ? lessons : commonFolder(files);
  const copies = new Map(files.map((file) => [file, path.resolve(out, path.relative(base, file))]));
  const taken = files.find((file) => [...copies.values()].includes(file));
  if (taken) {
    throw new UsageError(`--out ${out} would overwrite ${taken}: expected a folder other than the notebooks' own`);
  }
  return copies;
}

const lessonsFolder = (): string => path.join(kitRoot(), "notebooks");

/** Whether a relative path leads out of the folder it starts from. */
const leavesFolder = (relative: string): boolean => relative.split(path.sep)[0] === ".." || path.isAbsolute(relative);

/** The innermost folder that holds all files. */
function commonFolder(files: readonly string[]): string {
  let folder = path.dirname(files[0]);
  while (files.some((file) => leavesFolder(path.relative(folder, file)))) folder = path.dirname(folder);
  return folder;
}

function isCalled(file: string, name: string): boolean {
  const wanted = name.replace(/\.ipynb$/, "").replace(/^\.\//, "");
  const own = wanted.startsWith("solutions/") ? notebookName(file) : path.basename(file, extension);
  return own === wanted || own.startsWith(`${wanted}-`);
}

function notebooksIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const files = fs.readdirSync(folder).filter((file) => file.endsWith(extension));
  return files.sort().map((file) => path.join(folder, file));
}
