import { join } from "node:path";
import { arithmetic } from "../backend/arithmetic";
import { useBackend } from "../backend/select";
import { canonicalJson } from "../base/canonical-json";
import { Random } from "../base/random";
import { fileName } from "../train/file-name";
import { recordIdentity } from "../train/identity";
import type { RunRecord } from "../train/record";
import { recordOf } from "./finished-record";
import { type Range, rangeOfAnother, roundingOf } from "./interval";
import { rowName } from "./row-name";
import type { StudyResult } from "./study-event";
import type { StudyRun } from "./study-runs";
import { type WorkOptions, workOn } from "./work";

/** A recorded run that was trained again, and what came of it. */
export type CheckedRecord = { readonly record: RunRecord } & (
  | {
      /** It could not be trained here, which says nothing of the record. */
      readonly verdict: "failed";
    }
  | ({
      readonly again: RunRecord;
      /** Of test accuracy, again − recorded. */
      readonly difference: number;
    } & (
      | {
          /** The weights, bit for bit. `other data`: the files here are not those it was trained on, so nothing can be said. */
          readonly verdict: "same bits" | "other bits" | "other data";
        }
      | {
          /** Why the last digits are others. */
          readonly why: "other arithmetic" | "other revisions";
          /** There is one seed alone. */
          readonly verdict: "unknown";
        }
      | {
          readonly why: "other arithmetic" | "other revisions";
          /** Where the test accuracy of one more run of this row would be, by its recorded seeds. */
          readonly expected: Range;
          readonly verdict: "within" | "outside";
        }
    ))
);

/** @returns whether training again contradicts the record */
export const isContradicted = ({ verdict }: CheckedRecord): boolean =>
  verdict === "other bits" || verdict === "outside";

/**
 * Trains a random sample of recorded runs again, with as many workers, and compares: weights by their SHA-256 where
 * arithmetic and revisions are the same, elsewhere the accuracy with those of the row's seeds. Runs that were made from others are left out: those would have to
 * be there.
 *
 * @param records - of a study, to draw from
 * @param options - all that are recorded of it, if that is more; how many, which sample, and as `workOn` has them
 */
export async function checkRecords(
  records: readonly RunRecord[],
  options: WorkOptions & {
    readonly recorded?: readonly RunRecord[];
    readonly count: number;
    readonly seed: number;
    readonly out: string;
  },
): Promise<{ checked: CheckedRecord[]; failures: StudyResult["failures"] }> {
  await useBackend();
  const { count, seed, out, recorded = records } = options;
  const alone = records.filter(({ origins }) => origins === undefined);
  const order = [...new Random(seed).permutation(alone.length)].slice(0, count);
  const sample = order.map((at) => alone[at]);
  const runs = sample.map((record) => runOf(record, out));
  const { failures } = await workOn(runs, out, options);
  const checked = sample.map((record, i) => comparedWith(record, recordOf(runs[i]).record, recorded));
  return { checked, failures };
}

function comparedWith(record: RunRecord, again: RunRecord | undefined, recorded: readonly RunRecord[]): CheckedRecord {
  if (!again) return { record, verdict: "failed" };
  const { accuracy } = again.test;
  const difference = accuracy - record.test.accuracy;
  if (again.dataset.sha256 !== record.dataset.sha256) return { record, again, difference, verdict: "other data" };
  const why = otherDigits(record, again);
  if (why === undefined) {
    const isSame = again.weightsSha256 === record.weightsSha256;
    return { record, again, difference, verdict: isSame ? "same bits" : "other bits" };
  }
  const expected = expectedOf(record, recorded);
  if (!expected) return { record, again, difference, why, verdict: "unknown" };
  const isWithin = accuracy >= expected.low && accuracy <= expected.high;
  return { record, again, difference, why, expected, verdict: isWithin ? "within" : "outside" };
}

/** Why two runs of one configuration and seed need not have the same bits. */
function otherDigits(a: RunRecord, b: RunRecord): "other arithmetic" | "other revisions" | undefined {
  if (a.environment.arithmetic !== b.environment.arithmetic) return "other arithmetic";
  return canonicalJson(a.revisions) === canonicalJson(b.revisions) ? undefined : "other revisions";
}

function expectedOf({ name, test }: RunRecord, recorded: readonly RunRecord[]): Range | undefined {
  const accuracies = recorded.filter((other) => other.name === name).map((other) => other.test.accuracy);
  return accuracies.length < 2 ? undefined : rangeOfAnother(accuracies, roundingOf(test.count));
}

function runOf(record: RunRecord, out: string): StudyRun {
  const { name, seed, config, environment } = record;
  const identity = recordIdentity(record);
  const folder = join(out, `${fileName(name, "row")}-s${seed}-${identity.slice(0, 8)}`);
  const how = { arithmetic: arithmetic(), workers: environment.workers };
  return { row: { name, ...rowName(name), config }, seed, folder, identity, ...how, config, needs: [] };
}
