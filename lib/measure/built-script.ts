import { existsSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../base/errors";

/**
 * A program of this folder that runs in a process of its own.
 *
 * @param name - without its ending
 * @returns its path: next to this file once compiled; in dist/ for tests, which run the sources
 * @throws FileError if it was not built
 */
export function builtScript(name: string): string {
  const places = [join(__dirname, `${name}.js`), join(__dirname, "..", "dist", "measure", `${name}.js`)];
  const found = places.find((place) => existsSync(place));
  if (!found) throw new FileError(`${name}.js is missing. Run \`npm run build\` to make it.`);
  return found;
}
