import { join } from "node:path";
import { TrainingError } from "../base/errors";
import { interruptSignal } from "./interrupt";
import { parallelLimits, runLimits, wholeNumber } from "./run-input";
import { alignedTable, bar, duration, StatusLine } from "./terminal";
import { namedStudy, type StudyOptions } from "./train-study";

/** What the command line asks for instead of a study's training. */
export interface ReviewOptions {
  readonly estimate?: boolean;
  /** A number as text, or true where none was given. */
  readonly check?: string | true;
}

/** Says what a study takes, row by row and in all. */
export async function estimateStudy(what: string, options: StudyOptions): Promise<void> {
  const jobs = wholeNumber("--jobs", options.jobs, parallelLimits);
  const { study, seeds } = await namedStudy(what, options);
  const { useBackend } = await import("../backend/select");
  const { estimateRows } = await import("../study/estimate");
  await useBackend();
  const status = new StatusLine();
  const estimates = await estimateRows(study.rows, (at) =>
    status.update(`${bar(at / study.rows.length)} ${study.rows[at].name}`),
  );
  status.done();
  const rows = estimates.map(({ row, seconds }) => [row.name, seconds, seconds * seeds.length].map(shown));
  console.log(alignedTable(["row", "a run", seeds.length === 1 ? "1 seed" : `${seeds.length} seeds`], rows));
  const all = estimates.reduce((sum, { seconds }) => sum + seconds, 0) * seeds.length;
  console.log(
    `\n${study.rows.length * seeds.length} runs: ${hours(all)} of one core, ${hours(all / jobs)} with ${jobs} side by side.`,
  );
}

const shown = (cell: string | number): string =>
  typeof cell === "string" ? cell : cell < 10 ? `${cell.toFixed(1)} s` : duration(cell);

const hours = (seconds: number): string =>
  seconds < 3600 ? duration(seconds) : `${(seconds / 3600).toFixed(1)} hours`;

/**
 * Trains some of a study's recorded runs again, and compares.
 *
 * @throws TrainingError if one differs
 */
export async function checkStudy(what: string, options: StudyOptions & ReviewOptions): Promise<void> {
  const jobs = wholeNumber("--jobs", options.jobs, parallelLimits);
  const count = options.check === true ? 3 : wholeNumber("--check", options.check ?? "3", runLimits);
  const { loadStudy } = await import("../study/records");
  const { checkRecords } = await import("../study/check-records");
  const { StudyProgress } = await import("./study-progress");
  const records = loadStudy(what, (problem) => console.error(`binvit: ${problem}`));
  const progress = new StudyProgress(Math.min(count, records.length));
  const out = join(options.out ?? join("runs", "checked"), `${Date.now()}`); // never found finished: trained again
  const onEvent = progress.on.bind(progress);
  const how = { count, seed: Date.now(), out, jobs, onEvent, signal: interruptSignal() };
  const { checked, failures } = await checkRecords(records, how).finally(() => progress.close());
  const rows = checked.map(({ record, again, sameWeights, difference = 0 }) => [
    record.name,
    String(record.seed),
    (100 * record.test.accuracy).toFixed(1),
    again ? (100 * again.test.accuracy).toFixed(1) : "-",
    !again ? "failed" : sameWeights ? "the same bits" : sameWeights === false ? "OTHER BITS" : points(difference),
  ]);
  console.log(`\n${alignedTable(["row", "seed", "recorded %", "again %", "weights"], rows)}`);
  for (const { run, problem } of failures) console.log(`${run.row.name}, seed ${run.seed}: ${problem}`);
  const wrong = checked.filter(({ again, sameWeights }) => !again || sameWeights === false).length;
  if (wrong > 0) throw new TrainingError(`${wrong} of ${checked.length} runs did not come out as recorded.`);
}

/** Another arithmetic has other last digits, from which trainings part: only the accuracy can be compared. */
const points = (difference: number): string => `other arithmetic, ${(100 * difference).toFixed(1)} points`;
