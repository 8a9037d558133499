import { fork } from "node:child_process";
import { join } from "node:path";
import { writeAtomically } from "../base/files";
import { kitRoot } from "../base/kit-root";
import type { Progress } from "../train/loop";
import type { StudyRun } from "./study-runs";

/** What a training process tells the one that started it. */
export type RunMessage =
  | { readonly progress: Progress }
  | { readonly notice: string }
  | { readonly failed: { readonly name: string; readonly message: string } };

/** How a training process ended. */
export type RunEnd =
  | { readonly kind: "finished" }
  | { readonly kind: "stopped" }
  /** Another process trains this run. */
  | { readonly kind: "in use" }
  | { readonly kind: "failed"; readonly reason: string; readonly isFinal: boolean };

/** The errors that would come again. */
const finalErrors = ["DivergenceError", "ConfigError", "DataError"];

/**
 * Trains a run in a process of its own, so that a crash of one run is that run's alone.
 *
 * @param run - what to train
 * @param onMessage - gets what the process tells
 * @param signal - stops it: at its next step it saves where it is, and ends
 */
export function trainInProcess(
  run: StudyRun,
  onMessage: (message: RunMessage) => void,
  signal?: AbortSignal,
): Promise<RunEnd> {
  const configPath = join(run.folder, "config.json");
  writeAtomically(configPath, `${JSON.stringify(run.config, null, 1)}\n`);
  const launcher = join(kitRoot(), "lib", "bin", "binvit.js");
  const args = [
    "train",
    configPath,
    "--seed",
    String(run.seed),
    "--name",
    run.row.name,
    "--out",
    run.folder,
    "--workers",
    String(run.workers ?? 1),
    "--child",
  ];
  return new Promise((resolve, reject) => {
    const child = fork(launcher, args, { stdio: ["ignore", "ignore", "pipe", "ipc"] });
    let errors = "";
    let failed: { name: string; message: string } | undefined;
    child.stderr!.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("message", (message: RunMessage) => {
      if ("failed" in message) failed = message.failed;
      else onMessage(message);
    });
    const stop = () => child.connected && child.disconnect(); // which it takes as a sign, on every system
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    const said = new Promise((done) => child.stderr!.once("close", done));
    // Not "close", which never comes where this side has closed the channel.
    child.on("exit", async (code, killedBy) => {
      await said;
      signal?.removeEventListener("abort", stop);
      if (code === 0) resolve({ kind: "finished" });
      else if (failed?.name === "FolderInUse") resolve({ kind: "in use" });
      else if (signal?.aborted || failed?.name === "CancelledError") resolve({ kind: "stopped" });
      else {
        const reason =
          failed?.message ?? crash(errors, killedBy) ?? `the training process ended with ${killedBy ?? code}`;
        resolve({ kind: "failed", reason, isFinal: finalErrors.includes(failed?.name ?? "") });
      }
    });
    child.on("error", reject);
  });
}

/** What a process left behind that could not say what was wrong. */
function crash(errors: string, killedBy: NodeJS.Signals | null): string | undefined {
  if (/heap out of memory/.test(errors)) return "the memory ran out. Train fewer runs side by side (--jobs)";
  if (killedBy === "SIGKILL") return "the training process was killed, as systems do where the memory runs out";
  return (/^\w*Error.*$/m.exec(errors)?.[0] ?? errors.trim().split("\n")[0]) || undefined;
}
