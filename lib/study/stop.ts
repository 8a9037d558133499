import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../base/files";

/** A file that tells every worker of a study, on any machine, to stop. */
const markOf = (folder: string): string => join(folder, "stop");

/** Milliseconds between two looks. */
const lookEvery = 2000;

/** Tells the workers of a study to save where they are and to end. */
export const stopWork = (folder: string): void => writeAtomically(markOf(folder), "");

/** @returns whether the workers of a study are told to stop */
export const isStopped = (folder: string): boolean => existsSync(markOf(folder));

/** Takes that back. What is no folder is left to those who write there: they say so. */
export function allowWork(folder: string): void {
  if (isStopped(folder)) rmSync(markOf(folder), { force: true });
}

/** @returns a signal that aborts with another one, and when the study is told to stop */
export function stopWithFolder(folder: string, signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const stop = () => controller.abort();
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  const look = setInterval(() => isStopped(folder) && stop(), lookEvery);
  look.unref();
  return controller.signal;
}
