import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { open } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import * as path from "node:path";
import { BinvitError, CancelledError, DataError, FileError } from "../base/errors";
import { openUrl } from "./open-url";
import { proxyAddress, proxyFor } from "./proxy";

/** How far a download is, bytes. */
export interface Progress {
  readonly file: string;
  readonly received: number;
  /** Unknown if the server does not say. */
  readonly total?: number;
}

/** What a download may be given. */
export interface FetchOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** @returns the MD5 of a file, in hexadecimal; undefined if there is no such file */
export async function md5OfFile(file: string): Promise<string | undefined> {
  if (!fs.existsSync(file)) return undefined;
  const hash = createHash("md5");
  for await (const chunk of fs.createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}

const sizeOf = (file: string): number => (fs.existsSync(file) ? fs.statSync(file).size : 0);

/** Whether an answer continues what is already there; a server without ranges, or another range, starts over. */
const continues = (response: IncomingMessage, offset: number): boolean =>
  response.statusCode === 206 && (response.headers["content-range"] ?? "").startsWith(`bytes ${offset}-`);

/** Turns what can go wrong between a server and a disk into a sentence. */
function explain(error: NodeJS.ErrnoException, url: string, part: string, signal?: AbortSignal): Error {
  if (error instanceof BinvitError) return error;
  const have = sizeOf(part);
  const kept = have > 0 ? `${have.toLocaleString("en-US")} bytes are kept in ${part}` : "nothing was received yet";
  if (signal?.aborted) return new CancelledError(`The download was stopped; ${kept}. Run the command again to go on.`);
  if (error.code === "ENOSPC") {
    return new FileError(`The disk is full; ${kept}. Free some space and run the command again to go on.`);
  }
  if (error.path !== undefined) {
    return new FileError(
      `${part} cannot be written: ${error.message}. Check the folder, or name another with --folder.`,
    );
  }
  const proxy = proxyFor(url);
  const through = proxy ? ` through the proxy ${proxyAddress(proxy)} (${proxy.variable})` : "";
  return new DataError(`${url} could not be fetched${through}: ${error.message || error.code}; ${kept}.
Run the command again to go on, or name another address with --mirror.`);
}

/** Receives into the part file, from its end on if the server can. */
async function receive(url: string, part: string, { signal, onProgress }: FetchOptions): Promise<void> {
  const have = sizeOf(part);
  const response = await openUrl(url, have, signal);
  // 416: nothing lies beyond what is there. Either it is the whole file, as the checksum will tell, or it is not.
  if (response.statusCode === 416 && have > 0) return void response.destroy();
  if (response.statusCode !== 200 && response.statusCode !== 206) {
    response.destroy();
    throw new Error(`the server answers ${response.statusCode} ${response.statusMessage ?? ""}`.trimEnd());
  }
  const offset = continues(response, have) ? have : 0;
  if (response.statusCode === 206 && offset !== have) {
    response.destroy();
    throw new Error("the server sent another range than the one asked for");
  }
  const length = response.headers["content-length"];
  const total = length === undefined ? undefined : offset + Number(length);
  let received = offset;
  const file = await open(part, offset > 0 ? "a" : "w");
  try {
    // Each chunk is on disk before it is reported: what a user has seen arrive is there for the next try.
    for await (const chunk of response as AsyncIterable<Buffer>) {
      await file.writeFile(chunk);
      received += chunk.length;
      onProgress?.({ file: path.basename(url), received, total });
    }
  } finally {
    await file.close();
  }
}

/**
 * Downloads one file: into `<target>.part`, going on where an earlier try ended, then checked and renamed.
 *
 * Where what was continued turns out to be wrong, the file is received once more from its beginning: the earlier try
 * may have been of another address, or cut short by a crash of the machine.
 *
 * @param url - http or https address
 * @param target - appears only once it is whole and its checksum is right
 * @param md5 - the checksum it must have, in hexadecimal
 * @throws CancelledError if `signal` stops it; what was received is kept
 * @throws FileError if the disk is full or the folder cannot be written; what was received is kept
 * @throws DataError if the server refuses or the connection breaks (what was received is kept), or if the checksum is
 *   wrong (what was received is deleted)
 */
export async function fetchFile(url: string, target: string, md5: string, options: FetchOptions = {}): Promise<void> {
  const part = `${target}.part`;
  for (;;) {
    const continued = sizeOf(part) > 0;
    try {
      fs.mkdirSync(path.dirname(target), { recursive: true });
      await receive(url, part, options);
    } catch (error) {
      throw explain(error as NodeJS.ErrnoException, url, part, options.signal);
    }
    const found = await md5OfFile(part);
    if (found === md5) break;
    fs.rmSync(part, { force: true });
    if (continued) continue;
    throw new DataError(`${url} has MD5 ${found}, expected ${md5}; what was received is deleted.
Run the command again, or name another address with --mirror.`);
  }
  fs.renameSync(part, target);
}
