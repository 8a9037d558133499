import { basename, join } from "node:path";
import type { Command } from "commander";
import { TrainingError } from "../base/errors";
import type { StudyEvent, StudyResult } from "../study/run-study";
import { studyNames } from "../study/study-names";
import { interruptSignal } from "./interrupt";
import { parallelLimits, presetArgument, presetOrFile, seedList, wholeNumber, workersElsewhere } from "./run-input";

/** `binvit study`: a grid of runs and its table. */
export function registerStudy(program: Command): void {
  program
    .command("study")
    .description("train every row of a study with every seed, then print its table; finished runs are found")
    .addArgument(presetArgument(studyNames))
    .option("--seeds <list>", "seeds, e.g. 1,2,3 or 1-10", "1")
    .option("--jobs <n>", "runs side by side, each in a process of its own", "2")
    .addOption(workersElsewhere())
    .option("--out <folder>", "folder of the runs (default: runs/<study>)")
    .option("--keep <folder>", "also copy the records there, e.g. data/results/quick")
    .addHelpText("after", "\nExample:\n  binvit study quick --seeds 1,2,3 --keep data/results/quick")
    .action(run);
}

interface Options {
  readonly seeds: string;
  readonly jobs: string;
  readonly out?: string;
  readonly keep?: string;
}

async function run(what: string, options: Options): Promise<void> {
  const { prepareFolder } = await import("../base/files");
  if (options.keep) prepareFolder(options.keep); // a place that cannot be written is better known now than after hours
  const { records, failures, out } = await trainStudy(what, { ...options, signal: interruptSignal() });
  const { resultTable } = await import("./result-table");
  if (records.length > 0) console.log(`\n${resultTable(records)}`);
  console.log(`\nRecords and weights: ${out}`);
  const { keepRecords } = await import("../study/records");
  if (options.keep) keepRecords(records, options.keep);
  reportFailures(failures, records.length);
}

/**
 * Lists the runs of a study that failed.
 *
 * @param finished - number of the others
 * @throws TrainingError if there are any
 */
export function reportFailures(failures: StudyResult["failures"], finished: number): void {
  if (failures.length === 0) return;
  console.log("\nNot in the table, because they failed:");
  for (const { run, problem } of failures) console.log(`  ${run.row.name}, seed ${run.seed}: ${problem}`);
  throw new TrainingError(
    `${failures.length} of ${failures.length + finished} runs failed, as listed above. ` +
      "Run the same command to try them again; the others are kept.",
  );
}

/**
 * Trains a study with progress on the terminal.
 *
 * @param what - a preset's name or a file
 * @param options - as on the command line
 * @returns the records of the finished runs, why others are not, and where they are
 */
export async function trainStudy(
  what: string,
  options: Options & { readonly signal: AbortSignal },
): Promise<StudyResult & { out: string }> {
  const { studies } = await import("../study/presets");
  const { parseStudyConfig } = await import("../study/study-config");
  const seeds = seedList("--seeds", options.seeds);
  const jobs = wholeNumber("--jobs", options.jobs, parallelLimits);
  const written = presetOrFile(what, studyNames, (name) => studies[name]);
  const study = parseStudyConfig(written, basename(what));
  const { runStudy } = await import("../study/run-study");
  const { StudyProgress } = await import("./study-progress");
  const out = options.out ?? join("runs", study.name);
  const progress = new StudyProgress(study.rows.length * seeds.length);
  const onEvent = (event: StudyEvent) => progress.on(event);
  try {
    return { ...(await runStudy(study, { seeds, jobs, out, onEvent, signal: options.signal })), out };
  } finally {
    progress.close();
  }
}
