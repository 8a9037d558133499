import { randomUUID } from "node:crypto";
import { readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { startOf } from "./processes";

/** Who holds a claim, as its file says. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Within which its number means something, where the system has several: containers count their own processes. */
  readonly processes?: string;
  /** When that process started, in the words of `startOf`. */
  readonly start?: string;
  /** Tells two claims of one process apart. */
  readonly id: string;
  readonly since: string;
  readonly doing: string;
  /** Seconds between two heartbeats. */
  readonly beat: number;
}

/** @returns this process as the holder of a new claim */
export const newHolder = (doing: string, beat: number): Holder => ({
  pid: process.pid,
  host: hostname(),
  processes: ownProcesses(),
  start: startOf(process.pid),
  id: randomUUID(),
  since: new Date().toISOString(),
  doing,
  beat,
});

/** @returns undefined if the text is not that of a claim, or not yet */
export function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    const isOne =
      Number.isSafeInteger(holder.pid) &&
      holder.pid > 0 &&
      [holder.host, holder.id, holder.since, holder.doing].every((part) => typeof part === "string") &&
      holder.beat > 0;
    return isOne ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** @returns whether this machine can tell if the holder still runs */
export const isHere = (holder: Holder): boolean => holder.host === hostname() && holder.processes === ownProcesses();

function ownProcesses(): string | undefined {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined; // not Linux
  }
}
