import type { Command } from "commander";
import { padEnd, textColumns } from "../base/text-width";
import type { Notebook } from "../notebook/nbformat";
import { interruptSignal } from "./interrupt";
import { parallelLimits, timeoutLimits, wholeNumber, workersElsewhere } from "./run-input";
import { duration, StatusLine } from "./terminal";

/** `binvit notebooks`: runs, checks and cleans the notebooks. */
export function registerNotebooks(program: Command): void {
  const notebooks = program.command("notebooks").description("run, check or clean the notebooks");
  const names = "numbers (01), names (01-vision-transformer) or paths; all notebooks and solutions by default";
  notebooks
    .command("run")
    .description("run notebooks through the tslab kernel and store their outputs; no Jupyter needed")
    .argument("[names...]", names)
    .option("--force", "run also what is unchanged since its last run")
    .option("--out <folder>", "write the executed notebooks there and leave the originals alone")
    .option("--timeout <seconds>", "time limit of each cell", "600")
    .option("--no-solutions", "leave out the solutions of the exercises")
    .option("--jobs <n>", "notebooks side by side, each in a kernel of its own", "2")
    .addOption(workersElsewhere())
    .addHelpText(
      "after",
      "\nExamples:\n  binvit notebooks run\n  binvit notebooks run 01 02 --force\n  binvit notebooks run 05 --out runs/tried",
    )
    .action(run);
  notebooks
    .command("check")
    .description(
      "check that notebooks are whole: executed, up to date, without errors, of right types, with pictures, not too long",
    )
    .argument("[names...]", names)
    .addHelpText("after", "\nExample:\n  binvit notebooks check 03")
    .action(checkNotebooks);
  notebooks
    .command("clean")
    .description("remove all outputs; everything else stays as it is")
    .argument("[names...]", names)
    .addHelpText("after", "\nExample:\n  binvit notebooks clean 03")
    .action(cleanNotebooks);
  notebooks
    .command("slides")
    .description(
      "say of each cell where it stands on slides, for `jupyter nbconvert --to slides`; what cells say already stays",
    )
    .argument("[names...]", names)
    .addHelpText("after", "\nExample:\n  binvit notebooks slides 03")
    .action(setSlideTypes);
}

/** What to run, and how. */
export interface RunNotebooksOptions {
  readonly names?: readonly string[];
  /** Run also what is unchanged. */
  readonly force?: boolean;
  /** Also the solutions of the exercises; yes by default. */
  readonly solutions?: boolean;
  /** Folder for the executed notebooks; they are executed in place without one. */
  readonly out?: string;
  /** Time limit of each cell, seconds. */
  readonly timeoutSeconds?: number;
  /** Notebooks side by side, each in a kernel of its own; 2 by default. */
  readonly jobs?: number;
  readonly signal?: AbortSignal;
}

async function run(
  names: string[],
  options: {
    readonly force?: boolean;
    readonly solutions: boolean;
    readonly out?: string;
    readonly timeout: string;
    readonly jobs: string;
  },
): Promise<void> {
  const timeoutSeconds = wholeNumber("--timeout", options.timeout, timeoutLimits);
  const jobs = wholeNumber("--jobs", options.jobs, parallelLimits);
  const { force, solutions, out } = options;
  await runNotebooks({ names, force, solutions, out, timeoutSeconds, jobs, signal: interruptSignal() });
}

/**
 * Runs notebooks, several at a time, a line each; one that fails does not keep the others from running.
 *
 * @throws NotebookError with every failure; CancelledError
 */
export async function runNotebooks(options: RunNotebooksOptions): Promise<void> {
  const { BinvitError, CancelledError, NotebookError } = await import("../base/errors");
  const { prepareFile } = await import("../base/files");
  const { copiesIn, findNotebooks, isSolution, notebookName } = await import("../notebook/find");
  const { foreignKernel } = await import("../notebook/foreign-kernel");
  const { readNotebook } = await import("../notebook/document");
  const { RunCache } = await import("../notebook/run-cache");
  const { runNotebook } = await import("../notebook/run");
  const { names = [], force, solutions = true, out, timeoutSeconds, jobs = 2, signal } = options;
  const files = findNotebooks(names).filter((file) => solutions || !isSolution(file));
  const copies = out === undefined ? new Map<string, string>() : copiesIn(files, out);
  for (const copy of copies.values()) prepareFile(copy); // before minutes go into any of them
  const placeOf = (file: string) => copies.get(file) ?? file;
  const width = Math.max(0, ...files.map((file) => textColumns(notebookName(file))));
  const cache = new RunCache();
  const status = new StatusLine();
  const failures: string[] = [];
  const running = new Map<string, string>();
  const show = () => status.update([...running].map(([name, place]) => `${name} ${place}`).join("   "));
  const ticking = setInterval(show, 1000);

  const runOne = async (file: string) => {
    const name = notebookName(file);
    const outPath = placeOf(file);
    const start = performance.now();
    const say = (text: string) => status.done(`${padEnd(name, width)}  ${text}`);
    try {
      const kernel = names.length === 0 ? foreignKernel(readNotebook(file)) : undefined;
      if (kernel) return say(`skipped: written for ${kernel}`);
      if (!force && cache.isFresh(file, outPath)) return say("unchanged");
      prepareFile(outPath);
      running.set(name, "starting");
      const onCell = (cell: number, cells: number) => running.set(name, `cell ${cell}/${cells}`);
      const ran = await runNotebook(file, { outPath, timeoutSeconds, onCell, signal });
      if (ran.reads) cache.remember(outPath, ran.reads);
      say(`${String(ran.cells).padStart(3)} cells  ${duration((performance.now() - start) / 1000)}`);
    } catch (error) {
      const isFailure = error instanceof BinvitError && !(error instanceof CancelledError);
      say(`${isFailure ? "failed at" : "ended at"} ${running.get(name) ?? "its file"}`);
      if (!isFailure) throw error;
      failures.push(error.message);
    } finally {
      running.delete(name);
    }
  };
  const waiting = [...files];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) await runOne(file);
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    clearInterval(ticking);
    status.done();
  }
  if (failures.length > 0) throw new NotebookError(failures.join("\n"));
}

async function checkNotebooks(names: string[]): Promise<void> {
  const { NotebookError } = await import("../base/errors");
  const { checkNotebook } = await import("../notebook/check");
  const { readNotebook } = await import("../notebook/document");
  const { findNotebooks, notebookName } = await import("../notebook/find");
  const { foreignKernel } = await import("../notebook/foreign-kernel");
  const { checkTypes } = await import("../notebook/check-types");
  const files = findNotebooks(names);
  const width = Math.max(0, ...files.map((file) => textColumns(notebookName(file))));
  const status = new StatusLine();
  status.update(`types of ${files.length} notebooks`);
  const types = checkTypes(files);
  status.done();
  let bad = 0;
  for (const file of files) {
    const [problem, ...others] = [...checkNotebook(file), ...types.get(file)!];
    const kernel = problem === undefined ? foreignKernel(readNotebook(file)) : undefined;
    console.log(
      `${padEnd(notebookName(file), width)}  ${problem ?? (kernel ? `skipped: written for ${kernel}` : "ok")}`,
    );
    for (const other of others) console.log(`${" ".repeat(width)}  ${other}`);
    if (problem !== undefined) bad++;
  }
  if (bad > 0) throw new NotebookError(`${bad} of ${files.length} notebooks need work, as listed above.`);
}

async function cleanNotebooks(names: string[]): Promise<void> {
  const { cleanNotebook } = await import("../notebook/document");
  await rewriteNotebooks(names, cleanNotebook, "cleaned");
}

async function setSlideTypes(names: string[]): Promise<void> {
  const { withSlideTypes } = await import("../notebook/slide-types");
  await rewriteNotebooks(names, withSlideTypes, "has slides");
}

/** Writes each notebook changed; one that cannot be read does not keep the others from it. */
async function rewriteNotebooks(
  names: string[],
  change: (notebook: Notebook) => Notebook,
  done: string,
): Promise<void> {
  const { BinvitError, NotebookError } = await import("../base/errors");
  const { findNotebooks, notebookName } = await import("../notebook/find");
  const { readNotebook, writeNotebook } = await import("../notebook/document");
  const failures: string[] = [];
  for (const file of findNotebooks(names)) {
    try {
      writeNotebook(file, change(readNotebook(file)));
      console.log(`${notebookName(file)}  ${done}`);
    } catch (error) {
      if (!(error instanceof BinvitError)) throw error;
      failures.push(error.message);
    }
  }
  if (failures.length > 0) throw new NotebookError(failures.join("\n"));
}
