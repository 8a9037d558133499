import { join } from "node:path";
import { TrainingError, UsageError } from "../base/errors";
import { howMany } from "../base/how-many";
import { didYouMean } from "../base/suggest";
import type { CheckedRecord } from "../study/check-records";
import type { StudyConfig } from "../study/study-config";
import type { RunRecord } from "../train/record";
import { interruptSignal } from "./interrupt";
import { parallelLimits, runLimits, seedList, wholeNumber } from "./run-input";
import { alignedTable, bar, duration, StatusLine } from "./terminal";
import { namedStudy, type StudyOptions } from "./train-study";

/** What the command line asks for instead of a study's training. */
export interface ReviewOptions {
  readonly estimate?: boolean;
  /** A number as text, or true where none was given. */
  readonly check?: string | true;
}

/** Says what a study takes, row by row and in all, and what it took where runs are recorded. */
export async function estimateStudy(what: string, options: StudyOptions): Promise<void> {
  const jobs = wholeNumber("--jobs", options.jobs, parallelLimits);
  const { study, seeds } = await namedStudy(what, options);
  const { useBackend } = await import("../backend/select");
  const { estimateRows, secondsUntilFinished } = await import("../study/estimate");
  await useBackend();
  const status = new StatusLine();
  const estimates = await estimateRows(study.rows, (at) =>
    status.update(`${bar(at / study.rows.length)} ${study.rows[at].name}`),
  );
  status.done();
  const { studies } = await import("../study/presets/index");
  const taken = Object.hasOwn(studies, what) ? await recordedSeconds(study) : undefined; // a file's rows are its own
  const rows = estimates.map(({ row: { name }, seconds }) => {
    const each = taken?.byRow.get(name);
    const recorded = each ? `${shown(mean(each))}, of ${each.length}` : "-";
    return [name, shown(seconds), shown(seconds * seeds.length), ...(taken ? [recorded] : [])];
  });
  const titles = ["row", "a run", howMany(seeds.length, "seed")];
  console.log(alignedTable(taken ? [...titles, "recorded, mean"] : titles, rows));
  const all = sum(estimates.map(({ seconds }) => seconds)) * seeds.length;
  const until = secondsUntilFinished(estimates, seeds.length, jobs);
  console.log(
    `\n${study.rows.length * seeds.length} runs: ${hours(all)} of one core, ${hours(until)} with ${jobs} side by side.`,
  );
  if (taken)
    console.log(`Recorded with the kit: ${taken.runs} runs in ${hours(taken.seconds)} of one core, ${taken.on}.`);
}

/** What the runs took that are kept with the kit, and on which processors; undefined where none are. */
async function recordedSeconds({ name: study, rows }: StudyConfig) {
  const { recordedRuns } = await import("../study/records");
  const { runsBySeed } = await import("../study/by-seed");
  const names = new Set(rows.map(({ name }) => name));
  const records = recordedRuns(study).filter(({ name }) => names.has(name));
  if (records.length === 0) return undefined;
  const byRow = new Map(
    [...runsBySeed(records)].map(([name, runs]) => [name, [...runs.values()].map(({ seconds }) => seconds)]),
  );
  const processors = new Set(records.map(({ environment }) => environment.cpu));
  return { runs: records.length, byRow, seconds: sum([...byRow.values()].flat()), on: [...processors].join(" and ") };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const mean = (values: readonly number[]): number => sum(values) / values.length;

const shown = (seconds: number): string => (seconds < 10 ? `${seconds.toFixed(1)} s` : duration(seconds));

const hours = (seconds: number): string =>
  seconds < 3600 ? duration(seconds) : `${(seconds / 3600).toFixed(1)} hours`;

type CheckOptions = Omit<StudyOptions, "seeds"> & Pick<ReviewOptions, "check"> & { readonly seeds?: string };

/**
 * Trains some of a study's recorded runs again, and compares: of all, or of those rows and seeds that are named.
 *
 * @throws TrainingError if one differs, in its bits or, where those have to, by more than seeds do, or could not be trained;
 * UsageError if there are no such runs
 */
export async function checkStudy(what: string, options: CheckOptions): Promise<void> {
  const jobs = wholeNumber("--jobs", options.jobs, parallelLimits);
  const count = options.check === true ? 3 : wholeNumber("--check", options.check ?? "3", runLimits);
  const { loadStudy } = await import("../study/records");
  const { checkRecords, isContradicted } = await import("../study/check-records");
  const { StudyProgress } = await import("./study-progress");
  const all = loadStudy(what, (problem) => console.error(`binvit: ${problem}`));
  const records = chosenOf(all, what, options);
  const progress = new StudyProgress(Math.min(count, records.length));
  const out = join(options.out ?? join("runs", "checked"), `${Date.now()}`); // never found finished: trained again
  const onEvent = progress.on.bind(progress);
  const whenStopped = "The same command draws another sample.";
  const how = { recorded: all, count, seed: Date.now(), out, jobs, onEvent, whenStopped, signal: interruptSignal() };
  const { checked, failures } = await checkRecords(records, how).finally(() => progress.close());
  const rows = checked.map((one) => {
    const { name, seed, test } = one.record;
    const again = "again" in one ? percent(one.again.test.accuracy) : "-";
    return [name, String(seed), percent(test.accuracy), again, found(one)];
  });
  console.log(`\n${alignedTable(["row", "seed", "recorded %", "again %", "weights"], rows)}`);
  for (const { run, problem } of failures) console.log(`${run.row.name}, seed ${run.seed}: ${problem}`);
  const wrong = checked.filter(isContradicted).length;
  const failed = checked.filter(({ verdict }) => verdict === "failed").length;
  const problems = [
    ...(wrong > 0 ? [`${wrong} of ${checked.length} runs did not come out as recorded.`] : []),
    ...(failed > 0 ? [`${failed} of ${checked.length} runs could not be trained again, as said above.`] : []),
  ];
  if (problems.length > 0) throw new TrainingError(problems.join(" "));
}

/** Those of the rows and seeds that were named; all where none were. */
function chosenOf(records: readonly RunRecord[], what: string, { rows, seeds }: CheckOptions): RunRecord[] {
  const names = rows?.flatMap((text) => text.split(","));
  const numbers = seeds === undefined ? undefined : seedList("--seeds", seeds);
  const known = [...new Set(records.map(({ name }) => name))];
  for (const name of names ?? []) {
    if (known.includes(name)) continue;
    throw new UsageError(
      `No run of ${name} is recorded in ${what}.${didYouMean(name, known)} There are ${known.join(", ")}.`,
    );
  }
  const chosen = records.filter(
    ({ name, seed, origins }) =>
      origins === undefined && (names?.includes(name) ?? true) && (numbers?.includes(seed) ?? true),
  );
  if (chosen.length > 0) return chosen;
  throw new UsageError(
    `Of these rows and seeds no run is recorded in ${what} that needs no other run. Name others, or leave --rows and --seeds out.`,
  );
}

function found(one: CheckedRecord): string {
  switch (one.verdict) {
    case "failed":
      return "could not be trained";
    case "same bits":
      return "the same bits";
    case "other bits":
      return "OTHER BITS";
    case "other data":
      return "other data here: nothing to compare";
    case "unknown":
      return `${one.why}, ${(100 * one.difference).toFixed(1)} points; one seed: no interval`;
    case "within":
    case "outside": {
      const range = `${percent(one.expected.low)} … ${percent(one.expected.high)}`;
      return `${one.why}, ${one.verdict === "within" ? "within" : "OUTSIDE"} ${range} (99%)`;
    }
  }
}

const percent = (share: number): string => (100 * share).toFixed(1);
