import { basename, join } from "node:path";
import { TrainingError } from "../base/errors";
import type { StudyConfig } from "../study/study-config";
import type { StudyResult } from "../study/study-event";
import { studyNames } from "../study/study-names";
import { parallelLimits, presetOrFile, retryLimits, seedList, wholeNumber } from "./run-input";

/** What the command line says of a study; numbers still as text. */
export interface StudyOptions {
  readonly seeds: string;
  readonly rows?: readonly string[];
  readonly jobs: string;
  readonly retries?: string;
  readonly out?: string;
  readonly keep?: string;
  readonly known?: string;
}

/**
 * Prints a study's table, keeps its records where that is asked for, and lists what failed.
 *
 * @throws TrainingError if something did
 */
export async function showResult(
  { records, failures }: StudyResult,
  out: string,
  { keep, again }: { readonly keep?: string; readonly again?: string } = {},
): Promise<void> {
  const { resultTable } = await import("./result-table");
  if (records.length > 0) console.log(`\n${resultTable(records, failures)}`);
  console.log(`\nRecords and weights: ${out}`);
  const { keepRecords } = await import("../study/records");
  if (keep) keepRecords(records, keep, (problem) => console.error(`binvit: ${problem}`));
  reportFailures(failures, records.length, again);
}

/**
 * Lists the runs of a study that failed.
 *
 * @param finished - number of the others
 * @param again - the command that tries them again, where it is another than this one
 * @throws TrainingError if there are any
 */
export function reportFailures(failures: StudyResult["failures"], finished: number, again?: string): void {
  if (failures.length === 0) return;
  console.log("\nFailed:");
  for (const { run, problem } of failures) console.log(`  ${run.row.name}, seed ${run.seed}: ${problem}`);
  throw new TrainingError(
    `${failures.length} of ${failures.length + finished} runs failed, as listed above. ` +
      `${again ? `\`${again}\` tries them again` : "Run the same command to try them again"}; the others are kept.`,
  );
}

/** What a command line asks for: the study itself, or some rows of it, its seeds and its folder. */
export async function namedStudy(what: string, options: Pick<StudyOptions, "seeds" | "rows" | "out">) {
  const { studies } = await import("../study/presets/index");
  const { parseStudyConfig } = await import("../study/study-config");
  const seeds = seedList("--seeds", options.seeds);
  const written = presetOrFile(what, studyNames, (name) => studies[name]);
  const whole = parseStudyConfig(written, basename(what));
  const { selectRows } = await import("../study/select-rows");
  const study = options.rows
    ? selectRows(
        whole,
        options.rows.flatMap((names) => names.split(",")),
      )
    : whole;
  return { study, seeds, out: options.out ?? join("runs", study.name) };
}

/** Takes the records that others made of a study's runs into its folder, and says how many. */
export async function takeKnown(
  place: string,
  study: StudyConfig,
  seeds: readonly number[],
  out: string,
): Promise<void> {
  const { arithmetic } = await import("../backend/arithmetic");
  const { useBackend } = await import("../backend/select");
  const { studyRuns } = await import("../study/study-runs");
  const { takeKnownRecords } = await import("../study/known-records");
  await useBackend();
  const taken = takeKnownRecords(studyRuns(study, seeds, out, arithmetic()), place);
  console.log(`${taken} records are taken from ${place}.`);
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
  options: StudyOptions & { readonly signal: AbortSignal },
): Promise<StudyResult & { out: string }> {
  const jobs = wholeNumber("--jobs", options.jobs, parallelLimits);
  const retries = wholeNumber("--retries", options.retries ?? "2", retryLimits);
  const { study, seeds, out } = await namedStudy(what, options);
  const { runStudy } = await import("../study/run-study");
  const { StudyProgress } = await import("./study-progress");
  const { allowWork, stopWithFolder } = await import("../study/stop");
  allowWork(out);
  if (options.known) await takeKnown(options.known, study, seeds, out);
  const progress = new StudyProgress(study.rows.length * seeds.length);
  const signal = stopWithFolder(out, options.signal);
  try {
    const result = await runStudy(study, { seeds, jobs, retries, out, signal, onEvent: (event) => progress.on(event) });
    return { ...result, out };
  } finally {
    progress.close();
  }
}
