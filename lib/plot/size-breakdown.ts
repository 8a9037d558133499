import type { Annotations, Data } from "plotly.js";
import type { Figure } from "./figure";
import { type Heading, textSize } from "./heading";
import { distinct, requireRows } from "./inputs";
import { palette } from "./palette";
import { plain } from "./plain-text";
import { axisTitle, figure } from "./theme";

/** Where the bytes of one model are. */
export interface SizeRow {
  readonly name: string;
  /** Bytes of each part, e.g. `{ embedding: 2048, "1-bit weights": 8192, scales: 512 }`. */
  readonly bytes: Readonly<Record<string, number>>;
}

/**
 * Model files taken apart: one bar a model, one colour a part, the total and its ratio to the first row at the end.
 *
 * @param rows - the float model first; parts in the order they are to be stacked
 * @param heading - title and caption
 * @returns the figure; x in KiB (1024 bytes)
 * @throws ConfigError if there are no rows
 */
export function sizeBreakdown(rows: readonly SizeRow[], heading: Heading = {}): Figure {
  requireRows(rows, "sizeBreakdown", "row");
  const parts = distinct(rows.flatMap((row) => Object.keys(row.bytes)));
  const totals = rows.map((row) => Object.values(row.bytes).reduce((sum, bytes) => sum + bytes, 0));
  const data: Data[] = parts.map((part, i) => ({
    type: "bar",
    orientation: "h",
    name: plain(part),
    y: rows.map((row) => plain(row.name)),
    x: rows.map((row) => (row.bytes[part] ?? 0) / 1024),
    marker: { color: palette[i % palette.length], line: { color: "#ffffff", width: 0.5 } },
  }));
  const annotations = rows.map(
    (row, i): Partial<Annotations> => ({
      text: totalText(totals[i], totals[0], i === 0),
      x: totals[i] / 1024,
      y: plain(row.name),
      xanchor: "left",
      xshift: 5,
      showarrow: false,
      font: { size: textSize.label },
    }),
  );
  return figure(
    data,
    {
      barmode: "stack",
      bargap: 0.35,
      showlegend: true,
      height: 130 + 44 * rows.length,
      xaxis: { title: axisTitle("bytes, KiB"), range: [0, (1.22 * Math.max(...totals, 1)) / 1024] },
      yaxis: { type: "category", autorange: "reversed", showgrid: false, ticks: "" },
      annotations,
    },
    heading,
  );
}

function totalText(total: number, first: number, isFirst: boolean): string {
  const kib = total / 1024;
  const text = `${kib >= 100 ? Math.round(kib) : kib.toFixed(1)} KiB`;
  return isFirst || total === 0 ? text : `${text}, 1/${(first / total).toFixed(1)}`;
}
