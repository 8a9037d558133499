import { rowName } from "../study/row-name";
import type { StudyResult } from "../study/study-event";
import { resultFrame } from "../study/table";
import type { RunRecord } from "../train/record";
import { alignedTable } from "./terminal";

/**
 * The study's table (`resultFrame`) as aligned text.
 *
 * @param records - finished runs
 * @param failures - counted in the column of seeds; a row of which no run is finished stands last, as failed
 */
export function resultTable(records: readonly RunRecord[], failures: StudyResult["failures"] = []): string {
  const frame = resultFrame(records);
  const rows = (frame.values as unknown[][]).map((row) => row.map(String));
  const [component, scale, seeds, accuracy] = ["component", "scale", "seeds", "accuracy %"].map((title) =>
    frame.columns.indexOf(title),
  );
  const failed = new Map<string, number>();
  for (const { run } of failures) failed.set(run.row.name, (failed.get(run.row.name) ?? 0) + 1);
  for (const [name, count] of failed) {
    const parts = rowName(name);
    const shown = [parts.component, parts.scale === parts.component ? "-" : parts.scale];
    const row = rows.find((cells) => cells[component] === shown[0] && cells[scale] === shown[1]);
    if (row) row[seeds] = `${row[seeds]} of ${Number(row[seeds]) + count}`;
    else {
      const cells = frame.columns.map(() => "-");
      [cells[component], cells[scale], cells[seeds], cells[accuracy]] = [...shown, `0 of ${count}`, "failed"];
      rows.push(cells);
    }
  }
  return alignedTable(frame.columns, rows);
}
