import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { FileError } from "./errors";
import { parseJson } from "./json";

/**
 * Writes a file whole or not at all: first beside its place, then moved there, so that what was there before
 * survives a crash or a full disk.
 *
 * @param path - where; missing folders are made
 * @param content - text or bytes
 * @throws FileError if the disk is full or the place cannot be written
 */
export function writeAtomically(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, content, { flush: true });
    renameSync(temporary, path);
  } catch (error) {
    if (existsSync(temporary)) rmSync(temporary);
    throw fileError(error, `write ${path}`);
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
    return parseJson(text.replace(/^\uFEFF/, "")); // some editors begin a file with a byte order mark
  } catch (error) {
    const problem = (error as Error).message.replace(/\s+/g, " "); // it may quote several lines
    throw new FileError(`${path} is not valid JSON: ${problem}. Mend it, or write it again.`);
  }
}

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
  };
  return new FileError(`Cannot ${action}: ${(code && advice[code]) ?? message}`);
}
