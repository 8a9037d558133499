import * as fs from "node:fs";
import { hostname } from "node:os";
import * as path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CancelledError, FileError } from "../base/errors";
import { type Holder, isAbandoned, newHolder, parseHolder } from "../base/lock-holder";
import { isRunning } from "../base/processes";

/** What one who waits may be given. */
export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Told once whom is waited for. */
  readonly onWait?: (who: string) => void;
}

/** Milliseconds between two looks at a lock that somebody holds. */
const lookEvery = 250;
/** Milliseconds after which one who was taking over the same lock at the same moment would have been noticed. */
const settleFor = 100;

const lockName = ".download.lock";

/**
 * Works in a folder alone: waits for another process, or another call in this one, that does; the lock of a process
 * that was killed is taken over.
 *
 * @param folder - made if it is not there; `.download.lock` lies in it meanwhile
 * @param work - what to do
 * @returns what `work` does
 * @throws CancelledError if `signal` stops the waiting; FileError if the folder cannot be written, or its lock is that
 *   of another machine, of which nobody here knows whether it still runs
 */
export async function aloneIn<T>(folder: string, options: WaitOptions, work: () => Promise<T>): Promise<T> {
  const lock = path.join(folder, lockName);
  const text = JSON.stringify(newHolder());
  await take(lock, text, options);
  try {
    return await work();
  } finally {
    if (read(lock) === text) fs.rmSync(lock, { force: true });
  }
}

async function take(lock: string, text: string, { signal, onWait }: WaitOptions): Promise<void> {
  let told = false;
  for (;;) {
    if (write(lock, text)) {
      // Two may find the same dead holder, and the second then removes the lock of the first.
      await sleep(settleFor);
      if (read(lock) === text) return;
    }
    const found = read(lock);
    if (found === undefined) continue;
    const holder = parseHolder(found);
    if (isDead(holder, lock)) {
      fs.rmSync(lock, { force: true });
      continue;
    }
    if (!told) onWait?.(holder ? nameOf(holder, lock) : "another process");
    told = true;
    await sleep(lookEvery, undefined, { signal }).catch(() => {
      throw new CancelledError("The download was stopped while it waited for another one. Run the command again.");
    });
  }
}

/** @returns whether the lock is ours now: nobody had it */
function write(lock: string, text: string): boolean {
  try {
    fs.mkdirSync(path.dirname(lock), { recursive: true });
    fs.writeFileSync(lock, text, { flag: "wx" });
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && fs.statSync(path.dirname(lock)).isDirectory()) return false;
    if (code === "ENOSPC") throw new FileError("The disk is full. Free some space and run the command again.");
    throw new FileError(`${lock} cannot be written: ${message}. Check the folder, or name another with --folder.`);
  }
}

function read(lock: string): string | undefined {
  try {
    return fs.readFileSync(lock, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new FileError(`${lock} cannot be read: ${message}. Move it away.`);
  }
}

function isDead(holder: Holder | undefined, lock: string): boolean {
  if (holder?.host === hostname()) return !isRunning(holder.pid, holder.start);
  return !holder && isAbandoned(lock);
}

function nameOf({ pid, host }: Holder, lock: string): string {
  if (host !== hostname()) return `process ${pid} on ${host} (if it runs no longer, delete ${lock})`;
  return pid === process.pid ? "this process" : `process ${pid}`;
}
