import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import type { Access } from "./host/reads";

/** What a notebook read: by `access:path` what was there. */
export type Reads = Readonly<Record<string, string>>;

/** From this size on, a file's size and time stand for its content, bytes: hashing would take longer than a notebook. */
const largeFile = 16 * 1024 * 1024;

/**
 * Takes down what is at the places that a notebook read.
 *
 * What it wrote before it read it, it would write again: that is left out.
 *
 * @param accesses - what it did, in order
 * @param since - when it started, ms; what changed later was not all read as it is now, unless the notebook changed it
 * @returns what is there now; undefined if something was changed meanwhile by others
 */
export function readsOf(accesses: readonly (readonly [Access, string])[], since: number): Reads | undefined {
  const written = new Set<string>();
  const reads: Record<string, string> = {};
  for (const [access, file] of accesses) {
    if (access === "write") written.add(file);
    else if (!written.has(file)) reads[`${access}:${file}`] = "";
  }
  for (const key of Object.keys(reads)) {
    const [access, file] = split(key);
    if (access === "read" && !written.has(file) && modifiedAt(file) > since) return undefined;
    reads[key] = stateOf(access, file);
  }
  return reads;
}

/** Whether all of it is still as it was. */
export function areUnchanged(reads: Reads): boolean {
  return Object.entries(reads).every(([key, state]) => stateOf(...split(key)) === state);
}

function split(key: string): [Access, string] {
  const at = key.indexOf(":");
  return [key.slice(0, at) as Access, key.slice(at + 1)];
}

const modifiedAt = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** What a look, a read or a listing would find. */
function stateOf(access: Access, file: string): string {
  try {
    const found = fs.statSync(file);
    if (found.isDirectory()) return access === "list" ? sha256(fs.readdirSync(file).sort().join("\0")) : "folder";
    return access === "look" ? `${found.size} bytes` : fileState(file);
  } catch (error) {
    return codeOf(error);
  }
}

/** What identifies a file's content, or says that there is none: a dangling link, a device, a file one may not read. */
export function fileState(file: string): string {
  try {
    const found = fs.statSync(file);
    if (!found.isFile()) return "not a file";
    return found.size < largeFile ? sha256(fs.readFileSync(file)) : `${found.size} bytes at ${found.mtimeMs}`;
  } catch (error) {
    return codeOf(error);
  }
}

/** SHA-256 of all files below some folders, names and contents, in the order of their names; links are followed. */
export function treeSha256(folders: readonly string[], leftOut: readonly string[] = []): string {
  const hash = createHash("sha256");
  const visit = (folder: string, prefix: string, above: readonly string[]): void => {
    const here = fs.realpathSync(folder);
    if (above.includes(here)) return; // a link to a folder that it is in
    for (const name of fs.readdirSync(folder).sort()) {
      if (leftOut.includes(name)) continue;
      const inner = path.join(folder, name);
      // existsSync: a link that leads nowhere, or to itself, is told by its state and not by an error
      if (fs.existsSync(inner) && fs.statSync(inner).isDirectory()) visit(inner, `${prefix}${name}/`, [...above, here]);
      else hash.update(`${prefix}${name}\0`).update(fileState(inner));
    }
  };
  for (const folder of folders) if (fs.existsSync(folder)) visit(folder, `${path.basename(folder)}/`, []);
  return hash.digest("hex");
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? "unreadable";

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
