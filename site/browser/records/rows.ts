/** A configuration of a recorded study, over its seeds; what the page of records knows. */
export interface RecordRow {
  readonly study: string;
  /** `digits` or `cifar10`. */
  readonly data: string;
  readonly name: string;
  readonly component: string;
  readonly scale: string;
  readonly seeds: readonly number[];
  /** Training images that it saw, and how often. */
  readonly images: number;
  readonly epochs: number;
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
    const key = contentOf(row);
    if (!once.has(key)) once.set(key, row);
  }
  return [...once.values()].sort((a, b) => b.mean - a.mean);
}

/** What studies share is the same in all of them; five seeds may have the mean of ten. */
const contentOf = ({ name, seeds, images, mean, curve, bytes }: RecordRow): string =>
  `${name} ${seeds} ${images} ${mean} ${curve} ${bytes}`;

/** @returns whether two rows are one, be it that several studies share it */
export const isSame = (a: RecordRow, b: RecordRow): boolean =>
  a === b || (a.name === b.name && contentOf(a) === contentOf(b));

/** @returns a row's name, with its study where another row beside it has the same name */
export function labelOf(row: RecordRow, beside: readonly RecordRow[]): string {
  const isShared = beside.some((other) => other.name === row.name && !isSame(other, row));
  return isShared ? `${row.name} (${row.study})` : row.name;
}

/** @returns what was reached, as a sentence without its full stop; one seed has no interval */
export function reached({ mean, low, high, bytes, seeds, images, epochs }: RecordRow): string {
  const [interval, count] =
    seeds.length > 1 ? [` (${low.toFixed(1)} … ${high.toFixed(1)})`, `${seeds.length} seeds`] : ["", "1 seed"];
  return (
    `${mean.toFixed(1)}%${interval}, ${(bytes / 1000).toFixed(1)} kB, ` +
    `${epochs} epochs of ${images.toLocaleString("en")} images, ${count}`
  );
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
