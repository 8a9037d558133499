import { cutToColumns, padEnd, padStart, textColumns } from "../base/text-width";

/**
 * Lines of aligned columns: text to the left, numbers to the right, a rule under the titles.
 *
 * @param titles - one a column
 * @param given - rows of cells as text, or numbers already formatted as text
 * @returns lines without trailing spaces
 */
export function alignedTable(titles: readonly string[], given: readonly (readonly string[])[]): string {
  const rows = given.map((row) => row.map(oneLine));
  const widths = titles.map((title, i) => Math.max(textColumns(title), ...rows.map((row) => textColumns(row[i]))));
  const numeric = titles.map(
    (_, i) => rows.length > 0 && rows.every((row) => /^[-−+]?[\d.,]*\d?%?$|^-$|^\d+ of \d+$/.test(row[i])),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (numeric[i] ? padStart(cell, widths[i]) : padEnd(cell, widths[i])))
      .join("  ")
      .trimEnd();
  return [line(titles), widths.map((width) => "─".repeat(width)).join("──"), ...rows.map(line)].join("\n");
}

/** @returns the text without line ends and without what would steer the terminal */
export const oneLine = (text: string): string => text.replace(/[\r\n\t]+/g, " ").replace(/\p{Cc}/gu, "\ufffd");

/** @returns `1.72`, `23.4`, `374`: a rate or a ratio to the digits that a benchmark can tell */
export const rate = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0));

/** @returns `12 s`, `3 min 05 s` */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** @returns a bar of 20 cells, `share` of them full */
export function bar(share: number): string {
  const full = Math.round(20 * Math.min(1, Math.max(0, share)));
  return "█".repeat(full) + "░".repeat(20 - full);
}

/**
 * A line that is rewritten in place on a terminal, and printed now and then elsewhere.
 *
 * @param everySeconds - how often a line is printed where it cannot be rewritten
 */
export class StatusLine {
  private printedAt = 0;
  private shown = false;

  constructor(
    private readonly everySeconds = 15,
    private readonly stream: NodeJS.WriteStream = process.stdout,
  ) {}

  /** Shows what is going on now. */
  update(text: string): void {
    const now = performance.now();
    if (this.stream.isTTY) {
      if (this.shown && now - this.printedAt < 100) return;
      this.stream.write(`\r\x1b[2K${cutToColumns(text, Math.max(20, (this.stream.columns ?? 100) - 1))}`);
      this.shown = true;
    } else {
      if (now - this.printedAt < 1000 * this.everySeconds) return;
      this.stream.write(`${text}\n`);
    }
    this.printedAt = now;
  }

  /** Replaces the line by one that stays. */
  done(text?: string): void {
    if (this.shown) this.stream.write("\r\x1b[2K");
    this.shown = false;
    if (text !== undefined) this.stream.write(`${text}\n`);
  }
}
