import { accessSync, constants, readlinkSync, realpathSync, type Stats, statSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { systemError } from "./file-error";

/** What a path that is to be written means. */
export interface Place {
  readonly target: string;
  /** What is there. */
  readonly found?: Stats;
  /** Number of the open file that the path means. */
  readonly open?: number;
}

/**
 * Where a path leads.
 *
 * @throws an error of the operating system where that cannot be written or replaced
 */
export function placeOf(path: string): Place {
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
