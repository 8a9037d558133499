import type { CellState } from "./notebook";

/** @returns how far the cells of a page are, in words; empty where none has been run */
export function progressOf(states: readonly CellState["state"][]): string {
  const isRunning = states.includes("running");
  // One that failed before says nothing of what runs now.
  if (states.includes("failed") && !isRunning) return "stopped";
  const done = states.filter((state) => state === "done").length;
  if (done === 0) return isRunning ? "loading TensorFlow.js and the kernels" : "";
  return `${done} of ${states.length} cells have run`;
}
