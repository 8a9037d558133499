import * as fs from "node:fs";
import * as path from "node:path";
import { aloneIn } from "../base/alone-in";
import { isClaimed } from "../base/claim";
import { DataError } from "../base/errors";
import type { OfficialInfo } from "./dataset-info";
import { type FetchOptions, fetchFile, md5OfFile } from "./fetch-file";
import { defaultFolder } from "./official-files";
import { removeLeftovers, unpackArchive } from "./unpack";
import { verifyOfficial } from "./verify";

/** Where from and where to. */
export interface DownloadOptions extends FetchOptions {
  /** Receives the files; `data/downloads/<name>` if left out. */
  readonly folder?: string;
  /** Base address that replaces the official one; the file names stay. */
  readonly mirror?: string;
  /** Told whom is waited for, if another download into the same folder is going on. */
  readonly onWait?: (who: string) => void;
}

const request = { name: "download", doing: "downloading" };

/**
 * The base address that downloads come from: `mirror`, else `$BINVIT_MIRROR/<name>/`, else the official one.
 *
 * The variable stands for a mirror of everything, with a folder for each data set, since some share their file names.
 *
 * @returns an address with a slash at the end
 * @throws DataError if it is no address of the web
 */
export function baseAddress(info: OfficialInfo, mirror?: string): string {
  const everything = process.env.BINVIT_MIRROR;
  const base = mirror ?? (everything ? `${everything.replace(/\/$/, "")}/${info.name}` : info.source.url);
  if (!isWebAddress(base)) {
    const which = mirror === undefined ? "BINVIT_MIRROR" : "The mirror";
    throw new DataError(`${which} is ${JSON.stringify(base)}, expected an http:// or https:// address. Set it to one.`);
  }
  return base.endsWith("/") ? base : `${base}/`;
}

function isWebAddress(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}

/**
 * Fetches a data set: downloads what is not there yet, checks it, and unpacks an archive.
 *
 * Files that are there and right are left alone, so a second call downloads nothing. Of two that run at once into the
 * same folder the second waits, and then finds everything there, or goes on where the first one ended.
 *
 * @param info - which data set
 * @returns the folder that holds the files, and whether anything had to be downloaded
 * @throws CancelledError, DataError or FileError as `fetchFile`, `unpackArchive` and `aloneIn` do
 */
export async function downloadDataset(
  info: OfficialInfo,
  { folder = defaultFolder(info.name), mirror, onWait, ...options }: DownloadOptions = {},
): Promise<{ readonly folder: string; readonly downloaded: boolean }> {
  const isWhole = async () => (await verifyOfficial(info, folder)).state === "ok";
  const isWholeBefore = await isWhole();
  // A claim that is left says that whoever made it was killed, be it when all files were in their places.
  if (isWholeBefore && !isClaimed(folder, request.name)) return { folder, downloaded: false };
  return aloneIn(folder, request, { signal: options.signal, onWait }, async () => {
    removeLeftovers(folder);
    const isHere = isWholeBefore || (await isWhole()); // maybe as an archive that is not unpacked yet
    for (const { name, md5 } of info.source.downloads) {
      const target = path.join(folder, name);
      if (!isHere && (await md5OfFile(target)) !== md5) {
        await fetchFile(baseAddress(info, mirror) + name, target, md5, options);
      }
      if (name.endsWith(".tar.gz") && fs.existsSync(target)) {
        await unpackArchive(target, info.source, folder);
        fs.rmSync(target);
      }
    }
    return { folder, downloaded: !isHere };
  });
}
