import { escapeHtml } from "../base/escape-html";
import { padEnd, padStart, textColumns } from "../base/text-width";
import { openDisplay } from "./live-display";

/** What stands in a cell of a table; null is left empty. */
export type TableValue = string | number | boolean | null | undefined;

/** Rows as objects: their keys are the columns. */
export type TableRows = readonly Readonly<Record<string, TableValue>>[];

/** Rows as lists, with the columns' names. */
export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly TableValue[])[];
}

/** How a table is written. */
export interface TableOptions {
  readonly caption?: string;
  /** Digits after the point in columns that do not hold integers alone; 3 by default. */
  readonly digits?: number;
}

/**
 * Shows a table under the cell, as HTML and as aligned text in one output; outside a kernel the text is printed.
 *
 * @param table - rows as objects, or columns and rows
 * @param options - caption and digits
 */
export function showTable(table: TableRows | TableData, options: TableOptions = {}): void {
  const text = tableText(table, options);
  const display = openDisplay();
  if (display) display({ "text/html": tableHtml(table, options), "text/plain": text });
  else console.log(text);
}

/** @returns the table as aligned text, numbers to the right */
export function tableText(table: TableRows | TableData, { caption, digits = 3 }: TableOptions = {}): string {
  const { columns, rows } = normalize(table);
  const cells = cellTexts(columns, rows, digits);
  const widths = columns.map((column, i) => Math.max(textColumns(column), ...cells.map((row) => textColumns(row[i]))));
  const isNumeric = numericColumns(columns, rows);
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => (isNumeric[i] ? padStart(cell, widths[i]) : padEnd(cell, widths[i])))
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [...(caption ? [caption] : []), line(columns), rule, ...cells.map(line)].join("\n");
}

function tableHtml(table: TableRows | TableData, { caption, digits = 3 }: TableOptions): string {
  const { columns, rows } = normalize(table);
  const isNumeric = numericColumns(columns, rows);
  const cell = (tag: "td" | "th", text: string, i: number) =>
    `<${tag} style="text-align:${isNumeric[i] ? "right" : "left"}">${escapeHtml(text)}</${tag}>`;
  const head = columns.map((column, i) => cell("th", column, i)).join("");
  const body = cellTexts(columns, rows, digits).map(
    (row) => `<tr>${row.map((text, i) => cell("td", text, i)).join("")}</tr>`,
  );
  const title = caption ? `<caption style="text-align:left">${escapeHtml(caption)}</caption>` : "";
  return `<table>${title}<thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>`;
}

function normalize(table: TableRows | TableData): TableData {
  if ("columns" in table) return table;
  const columns = [...new Set(table.flatMap((row) => Object.keys(row)))];
  return { columns, rows: table.map((row) => columns.map((column) => row[column])) };
}

/** A column of numbers and gaps stands to the right. */
const numericColumns = (columns: readonly string[], rows: TableData["rows"]): boolean[] =>
  columns.map((_, i) => rows.length > 0 && rows.every((row) => typeof (row[i] ?? 0) === "number"));

/** Every number of a column has the same digits: a 95 among 94.4 and 93.1 reads 95.0. */
function cellTexts(columns: readonly string[], rows: TableData["rows"], digits: number): string[][] {
  const isFraction = (value: TableValue) => typeof value === "number" && !Number.isInteger(value);
  const hasFractions = columns.map((_, i) => rows.some((row) => isFraction(row[i])));
  return rows.map((row) =>
    row.map((value, i) => {
      if (value === null || value === undefined) return "";
      return typeof value === "number" && hasFractions[i] ? value.toFixed(digits) : String(value);
    }),
  );
}
