import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { ConfigError } from "./errors";
import { kitRoot } from "./kit-root";

/** A holder that was silent for so many beats counts as dead. */
export const deadAfterBeats = 6;

/** What the thread that beats is told: whose time it changes from now on, or no longer. */
export interface HeartbeatOrder {
  readonly path: string;
  readonly beats: boolean;
}

let thread: Worker | undefined;

/**
 * Seconds between two heartbeats: 10, or what BINVIT_HEARTBEAT says.
 *
 * @throws ConfigError if that is no positive number
 */
export function beatSeconds(): number {
  const text = process.env.BINVIT_HEARTBEAT;
  if (text === undefined) return 10;
  const seconds = Number(text);
  if (seconds >= 0.05 && seconds <= 3600) return seconds;
  throw new ConfigError(`BINVIT_HEARTBEAT is ${JSON.stringify(text)}, expected seconds from 0.05 to 3600. Unset it.`);
}

/** Changes a file's time now and then, in a thread of its own: training steps may take longer than a beat. */
export function keepBeating(path: string): void {
  thread ??= start();
  thread.postMessage({ path, beats: true } satisfies HeartbeatOrder);
}

export function stopBeating(path: string): void {
  thread?.postMessage({ path, beats: false } satisfies HeartbeatOrder);
}

function start(): Worker {
  const script = join(kitRoot(), "lib", "dist", "base", "heartbeat-thread.js");
  const worker = new Worker(script, { workerData: beatSeconds() });
  worker.on("error", () => {
    thread = undefined; // claims then look dead to other machines, and `check` says when one was taken
  });
  worker.unref();
  return worker;
}
