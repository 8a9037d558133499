import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import * as tar from "tar";
import { DataError, FileError } from "../base/errors";
import type { Source } from "./dataset-info";

const temporaryPrefix = ".unpack-";

/** Removes what an unpacking that was killed left behind; nobody else must be at work in the folder. */
export function removeLeftovers(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    if (name.startsWith(temporaryPrefix)) fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Unpacks the data files of an official archive, and nothing else that may be in it.
 *
 * They are unpacked beside their place and checked there; only then do they replace what was before.
 *
 * @param archive - a `.tar.gz` file
 * @param source - says which members, with their sizes and checksums
 * @param folder - receives `source.subfolder` with the files
 * @throws DataError if a member is missing or is not the official one
 * @throws FileError if the disk is full; what was there before is kept
 */
export async function unpackArchive(archive: string, source: Source, folder: string): Promise<void> {
  const temporary = fs.mkdtempSync(path.join(folder, temporaryPrefix));
  try {
    const members = source.files.map((file) => `${source.subfolder}/${file.name}`);
    await tar.extract({ file: archive, cwd: temporary, strict: true }, members);
    for (const file of source.files) {
      const member = path.join(temporary, source.subfolder, file.name);
      const md5 = createHash("md5").update(fs.readFileSync(member)).digest("hex");
      if (md5 !== file.md5) throw new DataError(`${file.name} in ${archive} has MD5 ${md5}, expected ${file.md5}.`);
    }
    fs.mkdirSync(path.join(folder, source.subfolder), { recursive: true });
    for (const file of source.files) {
      const place = path.join(source.subfolder, file.name);
      fs.renameSync(path.join(temporary, place), path.join(folder, place));
    }
  } catch (error) {
    if (error instanceof DataError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOSPC")
      throw new FileError(`The disk is full while unpacking ${archive}. Free some space, run again.`);
    throw new DataError(`${archive} does not unpack: ${message}. Delete it and download again.`);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}
