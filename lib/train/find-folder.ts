import { existsSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../base/errors";
import { namesIn } from "../base/files";
import { recordIdentity } from "./identity";
import { readRecord } from "./run-folder";

/**
 * The folder of a run: named after its identity, or the one in which an earlier version, which made identities in
 * another way, has finished it.
 *
 * @param parent - where runs lie
 * @param prefix - what the folder's name begins with: name and seed
 * @param identity - as `runIdentity` has it
 * @throws FileError if runs cannot lie there
 */
export function findFolder(parent: string, prefix: string, identity: string): string {
  const own = join(parent, `${prefix}-${identity.slice(0, 8)}`);
  if (existsSync(own) || !existsSync(parent)) return own;
  const others = namesIn(parent).filter(
    (name) => name.startsWith(`${prefix}-`) && /^[0-9a-f]{8}$/.test(name.slice(prefix.length + 1)),
  );
  const found = others.find((name) => holds(join(parent, name), identity));
  return found === undefined ? own : join(parent, found);
}

function holds(folder: string, identity: string): boolean {
  try {
    const record = readRecord(folder);
    return record !== undefined && recordIdentity(record) === identity;
  } catch (error) {
    if (error instanceof FileError) return false; // whose own run will say so
    throw error;
  }
}
