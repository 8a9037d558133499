/** A configuration of a recorded study, over its seeds; what the page of records knows. */
export interface RecordRow {
  readonly study: string;
  /** `digits` or `cifar10`. */
  readonly data: string;
  readonly name: string;
  readonly component: string;
  readonly scale: string;
  readonly seeds: readonly number[];
  /** Test accuracy, mean and 95% interval, %. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Of the packed model, as counted. */
  readonly bytes: number;
  /** Validation accuracy by epoch, mean over the seeds, %. */
  readonly curve: readonly number[];
}

/** What is looked at. */
export interface RecordFilter {
  readonly data: string;
  /** Empty for all. */
  readonly study: string;
  readonly component: string;
  /** Part of a name. */
  readonly text: string;
}

/** @returns the rows that a filter leaves, the best first; what several studies share is there once */
export function chosenRows(rows: readonly RecordRow[], { data, study, component, text }: RecordFilter): RecordRow[] {
  const found = rows.filter(
    (row) =>
      row.data === data &&
      (study === "" || row.study === study) &&
      (component === "" || row.component === component) &&
      row.name.toLowerCase().includes(text.trim().toLowerCase()),
  );
  const once = new Map<string, RecordRow>();
  for (const row of found) {
    const key = `${row.name} ${row.seeds} ${row.mean} ${row.curve} ${row.bytes}`; // five seeds may have the mean of ten
    if (!once.has(key)) once.set(key, row);
  }
  return [...once.values()].sort((a, b) => b.mean - a.mean);
}

/** @returns each once, in their order */
export const distinct = (values: readonly string[]): string[] => [...new Set(values)];

/** @returns the command that trains this row again */
export function commandOf({ study, name, seeds }: RecordRow): string {
  const [first, last] = [Math.min(...seeds), Math.max(...seeds)];
  const range =
    last - first + 1 === seeds.length ? (first === last ? `${first}` : `${first}-${last}`) : seeds.join(",");
  return `npx binvit study ${study} --rows ${name} --seeds ${range}`;
}

/** Where a point stands in a picture: bytes to the right by powers, accuracy upwards. */
export function scatterPoint(
  row: RecordRow,
  rows: readonly RecordRow[],
  width: number,
  height: number,
): [number, number] {
  const logs = rows.map(({ bytes }) => Math.log2(bytes));
  const [least, most] = [Math.min(...logs) - 0.2, Math.max(...logs) + 0.2];
  const x = (width * (Math.log2(row.bytes) - least)) / (most - least);
  return [Math.round(10 * x) / 10, Math.round(10 * height * (1 - row.mean / 100)) / 10];
}
