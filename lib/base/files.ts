import { createHash, randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { FileError } from "./errors";
import { parseJson } from "./json";
import { isRunning } from "./processes";

/**
 * Writes a file whole or not at all: first beside its place, then moved there, so that what was there before
 * survives a crash or a full disk.
 *
 * A symbolic link stays one, and what it leads to is written; a file keeps its mode and owner; what is no file, such as
 * a pipe or /dev/stdout, is written to directly. Another hard link to the file keeps what the file held before.
 *
 * @param path - where; missing folders are made
 * @param content - text or bytes
 * @throws FileError if the disk is full or the place cannot be written
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  try {
    const { target, found, open } = placeOf(path);
    if (open !== undefined) writeAll(open, content);
    else if (found && !found.isFile()) writeFileSync(target, content);
    else replace(target, found, content);
  } catch (error) {
    throw fileError(error, `write ${path}`);
  }
}

function replace(target: string, found: Stats | undefined, content: string | Uint8Array): void {
  const folder = dirname(target);
  makeFolder(folder);
  removeLeftovers(folder);
  const temporary = temporaryIn(folder);
  try {
    writeFileSync(temporary, content, { flag: "wx", flush: true, mode: found ? 0o600 : 0o666 });
    if (found) takeAfter(found, temporary);
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
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

interface Place {
  readonly target: string;
  /** What is there. */
  readonly found?: Stats;
  /** Number of the open file that the path means. */
  readonly open?: number;
}

/** Where a path leads; throws where that cannot be written or replaced. */
function placeOf(path: string): Place {
  if (path.endsWith("/") || path.endsWith(sep)) throw systemError("EISDIR");
  const target = followLinks(path);
  const open = openFile(target);
  if (open !== undefined) return { target, open };
  const found = statSync(target, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw systemError("EISDIR");
  if (found) accessSync(target, constants.W_OK); // a rename would not mind that the file is write-protected
  return { target, found };
}

/** The end of a chain of symbolic links, whether or not something is there. */
function followLinks(path: string): string {
  let target = path;
  for (let links = 0; links < 40; links++) {
    if (openFile(target) !== undefined) return target;
    try {
      target = resolve(realpathSync(dirname(target)), readlinkSync(target));
    } catch {
      return target; // no link, or nothing yet
    }
  }
  throw systemError("ELOOP");
}

/** The number of the open file that a path such as /dev/stdout stands for: where it leads is not to be replaced. */
function openFile(path: string): number | undefined {
  const [, name] = /^\/(?:dev|dev\/fd|proc\/self\/fd)\/(stdout|stderr|\d+)$/.exec(path) ?? [];
  return name === undefined ? undefined : ({ stdout: 1, stderr: 2 }[name] ?? Number(name));
}

/** Whether a file that is written there comes out where messages do. */
export const isStandardOutput = (path: string): boolean => openFile(followLinks(path)) === 1;

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

// Which machine and process writes it, so that what a killed one left is known for what it is.
const host = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
const temporaryName = /^\.binvit-([0-9a-f]{8})-([1-9]\d{0,9})-[0-9a-f]{8}\.tmp$/;

const temporaryIn = (folder: string): string =>
  join(folder, `.binvit-${host}-${process.pid}-${randomBytes(4).toString("hex")}.tmp`);

/** Removes what killed processes of this machine left half-written in a folder. */
function removeLeftovers(folder: string): void {
  const processStart = Date.now() - 1000 * process.uptime();
  try {
    for (const name of readdirSync(folder)) {
      const [, where, writer] = temporaryName.exec(name) ?? [];
      if (where !== host) continue;
      const path = join(folder, name);
      // Numbers are given again, in a container nearly always: what is older than this process is not its own.
      const isLeft =
        Number(writer) === process.pid ? statSync(path).mtimeMs < processStart : !isRunning(Number(writer));
      if (isLeft) rmSync(path, { force: true });
    }
  } catch {
    // Another process removed it first, or the folder may not be read: no reason not to write.
  }
}

/**
 * Reads and parses a JSON file.
 *
 * @throws FileError if it is missing, not JSON, or nested without reason
 */
export function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw fileError(error, `read ${path}`);
  }
  try {
    return parseJson(text);
  } catch (error) {
    const problem = (error as Error).message.replace(/\s+/g, " "); // it may quote several lines
    throw new FileError(`${path} is not valid JSON: ${problem}. Mend it, or write it again.`);
  }
}

const systemError = (code: string): Error => Object.assign(new Error(code), { code });

/** Turns an error of the operating system into one that says what to do. */
export function fileError(error: unknown, action: string): FileError {
  const { code, message } = error as NodeJS.ErrnoException;
  const advice: Record<string, string> = {
    ENOSPC: "the disk is full. Free some space and run the same command again; nothing that was there is lost.",
    EDQUOT:
      "the disk quota is used up. Free some space and run the same command again; nothing that was there is lost.",
    EFBIG: "the file would be larger than is allowed here (ulimit -f). Raise the limit and run the same command again.",
    ENOENT: "there is no such file or folder. Check the path.",
    EACCES: "permission denied. Choose a folder that you may write to.",
    EPERM: "permission denied. Choose a folder that you may write to.",
    EROFS: "the file system is read-only. Choose another folder.",
    EEXIST: "a file of that name is in the way of a folder. Choose another folder.",
    EISDIR: "it is a folder, and a file was expected. Check the path.",
    ENOTDIR: "part of the path is a file, and a folder was expected. Check the path.",
    ELOOP: "its symbolic links lead in a circle. Check the path.",
    EPIPE: "its reader has gone away.",
    ENAMETOOLONG: "the name is too long. Choose a shorter one.",
  };
  return new FileError(`Cannot ${action}: ${(code && advice[code]) ?? message}`);
}
