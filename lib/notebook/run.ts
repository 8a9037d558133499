import * as path from "node:path";
import { CancelledError, NotebookError } from "../base/errors";
import { codeCells, readNotebook, readText, withOutputs, writeNotebook } from "./document";
import { foreignKernel } from "./foreign-kernel";
import { Kernel } from "./kernel";
import type { CodeCell, Notebook } from "./nbformat";
import { CellOutputs, type Displays } from "./outputs";
import { type Reads, readsOf } from "./reads";
import { recordsRead } from "./records-read";

/** Time limit of a cell unless another is given, seconds. */
export const defaultTimeoutSeconds = 600;

/** How {@link runNotebook} runs. */
export interface RunNotebookOptions {
  /** Where the executed notebook goes; onto itself by default. */
  readonly outPath?: string;
  /** Time limit of each cell, seconds. */
  readonly timeoutSeconds?: number;
  /** Called before each code cell; `cell` counts from 1 to `cells`. */
  readonly onCell?: (cell: number, cells: number) => void;
  readonly signal?: AbortSignal;
}

/** What a run did. */
export interface NotebookRun {
  readonly notebook: Notebook;
  /** Code cells executed: all that hold code. */
  readonly cells: number;
  readonly seconds: number;
  /** What it read, and found there at its end; undefined if that changed while it ran, and not by its own doing. */
  readonly reads: Reads | undefined;
}

/**
 * Runs every code cell of a notebook, in order, in a fresh tslab kernel, and stores the outputs.
 *
 * A cell fails when tslab says so and when it writes to stderr, where tslab reports type errors, uncaught errors and
 * rejections nobody handled. The first failure ends the run and nothing is written.
 *
 * @param file - the notebook; its folder is the kernel's working directory
 * @throws NotebookError naming the notebook, the cell, its first line and what went wrong; CancelledError
 */
export async function runNotebook(file: string, options: RunNotebookOptions = {}): Promise<NotebookRun> {
  const { outPath = file, timeoutSeconds = defaultTimeoutSeconds, onCell, signal } = options;
  const start = performance.now();
  const text = readText(file);
  const notebook = readNotebook(file);
  const name = path.basename(file);
  const foreign = foreignKernel(notebook);
  if (foreign) {
    throw new NotebookError(
      `${name} is written for the kernel ${foreign}, and TypeScript (kernel tslab) was expected: run it in Jupyter, ` +
        "or choose the kernel TypeScript there and save it.",
    );
  }
  const cells = codeCells(notebook);
  const displays: Displays = new Map();
  const collected = new Map<string, CellOutputs>();

  const startedAt = Date.now();
  let reads: Reads | undefined;
  const kernel = await Kernel.start(path.dirname(path.resolve(file)));
  try {
    for (const [index, cell] of cells.entries()) {
      onCell?.(index + 1, cells.length);
      const where = `${name}, code cell ${index + 1} of ${cells.length} (${firstLine(cell.source)})`;
      const outputs = new CellOutputs(displays);
      collected.set(cell.id, outputs);
      await runCell(kernel, cell, outputs, where, timeoutSeconds, signal);
    }
    // Code that earlier cells left running may have failed meanwhile; it reports in the cell that ran last.
    for (const [index, cell] of cells.entries()) {
      const late = collected.get(cell.id)!.failures();
      if (late) throw new NotebookError(`${name}, code cell ${index + 1} or code left running: ${summary(late)}`);
    }
    reads = readsOf(kernel.reads, startedAt);
  } finally {
    await kernel.shutdown();
  }

  const byCell = new Map([...collected].map(([id, outputs]) => [id, outputs.list()]));
  const executed = { ...withOutputs(notebook, byCell), records: recordsRead(reads) };
  if (readText(file) !== text) {
    throw new NotebookError(`${name} changed while it ran, so nothing was written: run it again`);
  }
  writeNotebook(outPath, executed);
  return { notebook: executed, cells: cells.length, seconds: (performance.now() - start) / 1000, reads };
}

async function runCell(
  kernel: Kernel,
  cell: CodeCell,
  outputs: CellOutputs,
  where: string,
  timeoutSeconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let status: "ok" | "error";
  try {
    const onOutput = outputs.add.bind(outputs);
    status = await kernel.execute(cell.source, { onOutput, timeoutMs: timeoutSeconds * 1000, signal });
  } catch (error) {
    if (error instanceof CancelledError) throw new CancelledError(`stopped in ${where}; the notebook is as it was`);
    throw new NotebookError(`${where}: ${(error as Error).message}`);
  }
  const stderr = outputs.failures();
  if (status === "ok" && !stderr) return;
  const reason = summary(stderr) || "failed without a message";
  throw new NotebookError(`${where}: ${reason}`, { cause: stderr });
}

function firstLine(source: string): string {
  const line = source.trim().split("\n")[0]!;
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

/** What a reader needs of stderr: the message, not the excerpt before it nor the stack after; at most a few lines. */
function summary(stderr: string): string {
  const message = stderr.replace(/^evalmachine\.<anonymous>:.*\n.*\n *\^+\n/gm, "");
  const telling = message
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^ +at |^Require stack:|^- \//.test(line));
  return telling.slice(0, 5).join("\n  ");
}
