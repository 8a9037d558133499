import * as fs from "node:fs";
import * as path from "node:path";
import { FileError } from "./errors";

/**
 * The folder of the kit itself, which holds `data/`, `notebooks/` and `figures/`.
 *
 * Found by walking up from this file, so that the answer is the same from the sources and from the build.
 *
 * @returns an absolute path
 * @throws FileError if no folder above holds the kit's package.json
 */
export function kitRoot(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, "package.json");
    if (fs.existsSync(manifest) && JSON.parse(fs.readFileSync(manifest, "utf8")).name === "binvit-kit") {
      return folder;
    }
    if (folder === path.dirname(folder)) break;
  }
  throw new FileError(`No folder above ${__dirname} is the kit (its package.json is named "binvit-kit").
Run binvit from a clone of the repository, after \`npm ci\`.`);
}
