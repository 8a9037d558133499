import * as fs from "node:fs";
import * as path from "node:path";
import { UsageError } from "../errors";
import { kitRoot } from "../kit-root";

const extension = ".ipynb";

/**
 * Finds notebooks by what people call them.
 *
 * @param names - numbers (`01`), names (`01-vision-transformer`) or paths; a number or name also means the solutions.
 *   None means every notebook of the kit.
 * @returns absolute paths, lessons first, then solutions
 * @throws UsageError for a name nothing fits, with the names there are
 */
export function findNotebooks(names: readonly string[] = []): string[] {
  const folder = path.join(kitRoot(), "notebooks");
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

/** A notebook as messages name it: `01-vision-transformer`, `solutions/01-vision-transformer`. */
export function notebookName(file: string): string {
  const name = path.basename(file, extension);
  return isSolution(file) ? `solutions/${name}` : name;
}

/** Whether a notebook holds the solutions of another. */
export function isSolution(file: string): boolean {
  return path.basename(path.dirname(path.resolve(file))) === "solutions";
}

function isCalled(file: string, name: string): boolean {
  const own = path.basename(file, extension);
  return own === name.replace(/\.ipynb$/, "") || own.startsWith(`${name}-`);
}

function notebooksIn(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const files = fs.readdirSync(folder).filter((file) => file.endsWith(extension));
  return files.sort().map((file) => path.join(folder, file));
}
