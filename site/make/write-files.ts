import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { PageFile } from "./page";

/**
 * Makes a folder hold these files and no others; what is the same already is not touched, so that nobody reloads it.
 *
 * @param folder - that holds nothing else than generated files
 * @param files - with different paths
 */
export function writeFiles(folder: string, files: readonly PageFile[]): void {
  const wanted = new Set(files.map(({ path }) => path.split("/").join(sep)));
  if (existsSync(folder)) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      if (entry.isFile() && !wanted.has(path.slice(folder.length + 1))) rmSync(path);
    }
  }
  for (const { path, content } of files) {
    const file = join(folder, path);
    const bytes = Buffer.from(content);
    if (existsSync(file) && readFileSync(file).equals(bytes)) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
}
