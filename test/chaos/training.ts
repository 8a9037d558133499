import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { kitRoot } from "../../lib/base/kit-root";
import type { RunMessage } from "../../lib/study/train-process";
import type { EpochRecord } from "../../lib/train/record";
import { readRecord } from "../../lib/train/run-folder";

export const launcher = join(kitRoot(), "lib", "bin", "binvit.js");

/** A training process that was started, and how it ended. */
export interface Attempt {
  /** Whether it trained to the end. */
  readonly finished: boolean;
  readonly killed: boolean;
  /** Numbers of the first and last step that it finished. */
  readonly first?: number;
  readonly last?: number;
  readonly secondsPerStep: number;
  readonly errors: string;
}

/**
 * Trains a run in a process of its own, until it ends or is killed.
 *
 * @param config - of the run, as a file
 * @param folder - the run's
 * @param options - `killAfter`: milliseconds; `killAfterFirst`: milliseconds from its first step on; `preload`: a script
 *   that runs in the process first
 */
export function train(
  config: string,
  folder: string,
  options: {
    readonly killAfter?: number;
    readonly killAfterFirst?: number;
    readonly preload?: string;
    readonly env?: NodeJS.ProcessEnv;
  } = {},
): Promise<Attempt> {
  const { killAfter, killAfterFirst, preload, env } = options;
  const words = ["train", config, "--seed", "5", "--name", "chaos", "--out", folder, "--child"];
  return new Promise((resolve, reject) => {
    const child = fork(launcher, words, {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      env: { ...process.env, ...env },
      execArgv: preload === undefined ? [] : ["--require", preload],
    });
    const steps: number[] = [];
    const times: number[] = [];
    let errors = "";
    child.on("message", (message: RunMessage) => {
      if (!("progress" in message)) return;
      if (steps.length === 0 && killAfterFirst !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfterFirst);
      steps.push(message.progress.step);
      times.push(performance.now());
    });
    child.stderr!.on("data", (chunk) => {
      errors += chunk;
    });
    const timer = killAfter === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfter);
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const spent = times.length > 1 ? (times.at(-1)! - times[0]) / 1000 / (times.length - 1) : 0;
      resolve({
        finished: code === 0,
        killed: signal === "SIGKILL",
        first: steps[0],
        last: steps.at(-1),
        secondsPerStep: spent,
        errors,
      });
    });
  });
}

/** What has to be the same, however often a run was killed: the digest of the weights, and the curve but for its times. */
export function essence(folder: string): string {
  const record = readRecord(folder)!;
  const timeless = ({ imagesPerSecond: _, ...rest }: EpochRecord) => rest;
  return JSON.stringify([record.weightsSha256, record.curve.map(timeless), record.test]);
}

/** Writes the configuration of a run. */
export function writeConfig(folder: string, config: object): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "chaos.json");
  writeFileSync(path, JSON.stringify(config));
  return path;
}

/** Seconds of work that a kill cost: what the next attempt trained again. */
export function lostSeconds(killed: Attempt, next: Attempt): number {
  if (killed.last === undefined) return 0;
  const from = next.first ?? killed.last + 1; // nothing left to train
  return Math.max(0, killed.last - (from - 1)) * (killed.secondsPerStep || next.secondsPerStep);
}
