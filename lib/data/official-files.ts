import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { DataError, FileError } from "../errors";
import { kitRoot } from "../kit-root";
import type { DatasetName, OfficialInfo } from "./catalog";
import type { DataFile, Source } from "./sources";

const unzip = promisify(gunzip);

/** @returns the folder a download goes to unless another is named */
export const defaultFolder = (name: DatasetName): string => path.join(kitRoot(), "data", "downloads", name);

/** @returns whether the file is there, plain or as `.gz` */
async function isThere(folder: string, file: DataFile): Promise<boolean> {
  const found = await Promise.allSettled([
    fs.stat(path.join(folder, file.name)),
    fs.stat(path.join(folder, `${file.name}.gz`)),
  ]);
  return found.some((result) => result.status === "fulfilled" && result.value.isFile());
}

/**
 * Finds the official files in `folder`, or in the subfolder that the official archive unpacks to.
 *
 * @returns the folder that holds any of them; undefined if there is none
 */
export async function findFiles(source: Source, folder: string): Promise<string | undefined> {
  for (const candidate of [path.join(folder, source.subfolder), folder]) {
    const there = await Promise.all(source.files.map((file) => isThere(candidate, file)));
    if (there.includes(true)) return candidate;
  }
  return undefined;
}

/** As `findFiles`, for a data set that must be there. */
export async function requireFiles(info: OfficialInfo, folder: string): Promise<string> {
  const found = await findFiles(info.source, folder);
  if (found !== undefined) return found;
  throw new DataError(`${info.name} is not in ${folder}: expected ${info.source.files[0].name} and its companions.
Fetch it with \`npx binvit data download ${info.name}\`, or name the folder that holds the official files.`);
}

/**
 * Reads one official file whole, unpacking `.gz`, and checks its size.
 *
 * The packed form is preferred: it is the one that a download replaces.
 *
 * @throws DataError if the file is missing, of another size than the official one, or does not unpack
 * @throws FileError if it is there but cannot be read
 */
export async function readOfficialFile(info: OfficialInfo, folder: string, file: DataFile): Promise<Buffer> {
  const plain = path.join(folder, file.name);
  const again = `Fetch it with \`npx binvit data download ${info.name}\`.`;
  for (const candidate of [`${plain}.gz`, plain]) {
    const stored = await fs.readFile(candidate).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw new FileError(`${candidate} cannot be read: ${error.message}.`);
    });
    if (stored === undefined) continue;
    const content = candidate === plain ? stored : await unzip(stored).catch(() => undefined);
    if (content === undefined) {
      throw new DataError(`${candidate} does not unpack: it is truncated or damaged. ${again}`);
    }
    if (content.length !== file.bytes) {
      throw new DataError(`${candidate} holds ${bytes(content.length)}, expected ${bytes(file.bytes)}: \
it is truncated or not the official file. ${again}`);
    }
    return content;
  }
  throw new DataError(`${plain} is missing; the other files of ${info.name} are there. ${again}`);
}

const bytes = (count: number): string => `${count.toLocaleString("en-US")} bytes`;
