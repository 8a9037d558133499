import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../base/errors";
import { namesIn, writeAtomically } from "../base/files";
import { readJson } from "../base/read-json";
import { recordIdentity } from "../train/identity";
import { parseRecord } from "../train/parse-record";
import { sealRecord } from "../train/seal";
import type { StudyRun } from "./study-runs";

/**
 * Takes records that another machine made for runs of a study, so that they count as finished: each is copied into its run's
 * folder, under the name that its row has in this study. Runs that others need, to start from or as teachers, are not
 * taken: those need the weights, too.
 *
 * @param runs - of the study
 * @param place - folder of records, as `binvit study --keep` leaves them
 * @returns how many were taken
 * @throws FileError if the folder cannot be read, or a record in it is damaged
 */
export function takeKnownRecords(runs: readonly StudyRun[], place: string): number {
  const needed = new Set(runs.flatMap(({ needs }) => needs));
  const open = new Map(
    runs
      .filter((run) => !needed.has(run) && run.needs.length === 0 && !existsSync(join(run.folder, "record.json")))
      .map((run) => [run.identity, run]),
  );
  let taken = 0;
  if (!existsSync(place)) throw new FileError(`There is no folder ${place}, of which --known should be.`);
  for (const name of namesIn(place).filter((name) => name.endsWith(".json"))) {
    const path = join(place, name);
    const record = parseRecord(readJson(path), path);
    const run = open.get(recordIdentity(record));
    if (!run) continue;
    mkdirSync(run.folder, { recursive: true });
    const named = record.name === run.row.name ? record : sealRecord({ ...record, name: run.row.name });
    writeAtomically(join(run.folder, "record.json"), `${JSON.stringify(named, null, 1)}\n`);
    taken++;
  }
  return taken;
}
