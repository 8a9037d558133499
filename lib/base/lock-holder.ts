/** What a lock file says of who holds it; the locks of runs and of downloads share it. */

import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { hostname } from "node:os";
import { startOf } from "./processes";

/** Who holds a lock. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When that process started, in the words of `startOf`. */
  readonly start?: string;
  /** Tells two locks of one process apart, which may begin in the same millisecond. */
  readonly id: string;
}

/** An empty lock older than this, ms, is not about to be filled: whoever made it was killed. */
const filledWithin = 10_000;

/** @returns this process as the holder of a new lock */
export const newHolder = (): Holder => ({
  pid: process.pid,
  host: hostname(),
  start: startOf(process.pid),
  id: randomUUID(),
});

/** @returns undefined if the text is not that of a lock, or not yet */
export function parseHolder<T extends Holder>(text: string): T | undefined {
  try {
    const holder = JSON.parse(text) as T;
    return Number.isSafeInteger(holder.pid) && holder.pid > 0 && typeof holder.host === "string" ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** @returns whether whoever made the lock file would have filled it by now */
export const isAbandoned = (lock: string): boolean =>
  Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0) > filledWithin;
