import { basename, join } from "node:path";
import type { Command } from "commander";
import type { StudyEvent } from "../study/run-study";
import type { RunRecord } from "../train/record";
import { presetOrFile, seedList, wholeNumber, workerLimits } from "./run-input";
import { interruptSignal } from "./terminal";

/** `binvit study`: a grid of runs and its table. */
export function registerStudy(program: Command): void {
  program
    .command("study")
    .description("train every row of a study with every seed, then print its table; finished runs are found")
    .argument("<preset|file>", "quick, or a JSON file")
    .option("--seeds <list>", "seeds, e.g. 1,2,3 or 1-10", "1")
    .option("--workers <n>", "processes at a time", "2")
    .option("--out <folder>", "folder of the runs (default: runs/<study>)")
    .option("--keep <folder>", "also copy the records there, e.g. data/results/quick")
    .addHelpText("after", "\nExample:\n  binvit study quick --seeds 1,2,3 --keep data/results/quick")
    .action(run);
}

interface Options {
  readonly seeds: string;
  readonly workers: string;
  readonly out?: string;
  readonly keep?: string;
}

async function run(what: string, options: Options): Promise<void> {
  const { records, out } = await trainStudy(what, { ...options, signal: interruptSignal() });
  const { keepRecords } = await import("../study/run-study");
  const { resultTable } = await import("./result-table");
  if (options.keep) keepRecords(records, options.keep);
  console.log(`\n${resultTable(records)}\n\nRecords and weights: ${out}`);
}

/**
 * Trains a study with progress on the terminal.
 *
 * @param what - a preset's name or a file
 * @param options - as on the command line
 * @returns the records of all runs, and where they are
 */
export async function trainStudy(
  what: string,
  options: Options & { readonly signal: AbortSignal },
): Promise<{ records: RunRecord[]; out: string }> {
  const { studies } = await import("../study/presets");
  const { parseStudyConfig } = await import("../study/study-config");
  const seeds = seedList("--seeds", options.seeds);
  const workers = wholeNumber("--workers", options.workers, workerLimits);
  const written = presetOrFile(what, Object.keys(studies), (name) => studies[name as keyof typeof studies]);
  const study = parseStudyConfig(written, basename(what));
  const { runStudy } = await import("../study/run-study");
  const { StudyProgress } = await import("./study-progress");
  const out = options.out ?? join("runs", study.name);
  const progress = new StudyProgress(study.rows.length * seeds.length);
  const onEvent = (event: StudyEvent) => progress.on(event);
  try {
    return { records: await runStudy(study, { seeds, workers, out, onEvent, signal: options.signal }), out };
  } finally {
    progress.close();
  }
}
