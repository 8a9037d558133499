import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { RecordRow } from "../browser/records/rows";

/**
 * Every configuration of every recorded study, for the page that shows them.
 *
 * @param root - folder of the repository, whose library is built
 */
export function recordRows(root: string): RecordRow[] {
  const { loadStudy, resultRows } = createRequire(join(root, "lib", "dist", "index.js"))(
    "./index",
  ) as typeof import("../../lib/index");
  const results = join(root, "data", "results");
  const studies = readdirSync(results, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return studies.flatMap(({ name: study }) => {
    const records = loadStudy(study, () => {});
    return resultRows(records).map(({ name, component, scale, accuracy, bytesPacked }): RecordRow => {
      const runs = records.filter((record) => record.name === name);
      const epochs = Math.min(...runs.map(({ curve }) => curve.length));
      const mean = (epoch: number) =>
        runs.reduce((sum, { curve }) => sum + 100 * curve[epoch].validationAccuracy, 0) / runs.length;
      return {
        ...{ study, data: runs[0].config.dataset.name, name, component, scale },
        seeds: runs.map(({ seed }) => seed),
        images: runs[0].dataset.train,
        epochs,
        mean: rounded(100 * accuracy.mean),
        low: rounded(100 * Math.max(0, accuracy.low)),
        high: rounded(100 * Math.min(1, accuracy.high)),
        bytes: bytesPacked,
        curve: Array.from({ length: epochs }, (_, epoch) => rounded(mean(epoch))),
      };
    });
  });
}

const rounded = (value: number): number => Number(value.toFixed(2));
