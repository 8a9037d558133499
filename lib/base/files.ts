import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { fileError } from "./file-error";
import { removeLeftovers, temporaryIn } from "./temporary-files";
import { placeOf } from "./written-place";

/**
 * Writes a file whole or not at all: first beside its place, flushed, then moved there, and the folder flushed, so that
 * what was there before survives a crash or a full disk.
 *
 * A symbolic link stays one, and what it leads to is written; a file keeps its mode and owner; what is no file, such as
 * a pipe or /dev/stdout, is written to directly. Another hard link to the file keeps what the file held before.
 *
 * @param path - where; missing folders are made
 * @param content - text or bytes
 * @param options - `keepAs`: where the file that was there before stays; at every moment there is a whole one at `path`
 * @throws FileError if the disk is full or the place cannot be written
 */
export function writeAtomically(
  path: string,
  content: string | Uint8Array,
  options: { readonly keepAs?: string } = {},
): void {
  try {
    const { target, found, open } = placeOf(path);
    if (open !== undefined) writeAll(open, content);
    else if (found && !found.isFile()) writeFileSync(target, content);
    else replace(target, found, content, options.keepAs);
  } catch (error) {
    throw fileError(error, `write ${path}`);
  }
}

function replace(target: string, found: Stats | undefined, content: string | Uint8Array, keepAs?: string): void {
  const folder = dirname(target);
  makeFolder(folder);
  removeLeftovers(folder);
  const temporary = temporaryIn(folder);
  try {
    writeFileSync(temporary, content, { flag: "wx", flush: true, mode: found ? 0o600 : 0o666 });
    if (found) takeAfter(found, temporary);
    if (found && keepAs !== undefined) keep(target, keepAs);
    renameSync(temporary, target);
    flushFolder(folder);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Gives a file a second name, of which an earlier bearer is lost. */
function keep(target: string, keepAs: string): void {
  rmSync(keepAs, { force: true });
  try {
    linkSync(target, keepAs);
  } catch {
    renameSync(target, keepAs); // a file system without links: for a moment it has this name alone
  }
}

/** Makes a rename outlast a power cut, where the system can do that. */
function flushFolder(folder: string): void {
  try {
    const file = openSync(folder, "r");
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch {
    // Windows opens no folders, some network file systems flush none.
  }
}

/**
 * Finds out whether a file can be written, before time is spent on what goes into it.
 *
 * @param path - where it will be; missing folders are made
 * @throws FileError if it cannot be
 */
export function prepareFile(path: string): void {
  try {
    const { target, found, open } = placeOf(path);
    if (open === undefined && (!found || found.isFile())) tryFolder(dirname(target));
  } catch (error) {
    throw fileError(error, `write ${path}`);
  }
}

/**
 * @returns the names of what a folder holds, in order
 * @throws FileError if it cannot be read
 */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw fileError(error, `read ${folder}`);
  }
}

/**
 * Makes a folder, and finds out whether it can be written to, before time is spent on what goes into it.
 *
 * @throws FileError if it cannot be made or written to
 */
export function prepareFolder(folder: string): void {
  try {
    tryFolder(folder);
  } catch (error) {
    throw fileError(error, `write to ${folder}`);
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    // Where a file system is read-only Node says that there is no such folder; making the first one says why.
    let missing = resolve(folder);
    while (!existsSync(dirname(missing))) missing = dirname(missing);
    if ((error as NodeJS.ErrnoException).code === "ENOENT") mkdirSync(missing);
    throw error;
  }
}

function tryFolder(folder: string): void {
  makeFolder(folder);
  const trial = temporaryIn(folder); // rights alone say little where a disk is full, foreign or read-only
  writeFileSync(trial, "", { flag: "wx" });
  rmSync(trial);
}

function writeAll(file: number, content: string | Uint8Array): void {
  const bytes = Buffer.from(content as Uint8Array);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(file, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5); // ms; the reader of a pipe is slow
    }
  }
}

/** Gives a new file the mode and, where that is allowed, the owner of the one that it replaces. */
function takeAfter(found: Stats, temporary: string): void {
  for (const take of [
    () => chownSync(temporary, found.uid, found.gid), // only the superuser gives files away
    () => chmodSync(temporary, found.mode & 0o7777), // some file systems have no modes
  ]) {
    try {
      take();
    } catch {
      // It is then this user's alone.
    }
  }
}
