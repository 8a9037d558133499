import { resultFrame } from "../study/table";
import type { RunRecord } from "../train/record";
import { alignedTable } from "./terminal";

/** @returns the study's table (`resultFrame`) as aligned text */
export function resultTable(records: readonly RunRecord[]): string {
  const frame = resultFrame(records);
  return alignedTable(
    frame.columns,
    (frame.values as unknown[][]).map((row) => row.map(String)),
  );
}
