import type { Annotations } from "plotly.js";
import type { Figure } from "./figure";
import { type Heading, textSize } from "./heading";
import { requireRows } from "./inputs";
import { palette } from "./palette";
import { plain } from "./plain-text";
import { axisTitle, figure } from "./theme";

/** How fast one program is. */
export interface ThroughputRow {
  readonly name: string;
  readonly imagesPerSecond: number;
  /** Slowest and fastest of the repetitions, images/s. */
  readonly low: number;
  readonly high: number;
}

/**
 * Images per second, a bar a row, with the ratio to the first row.
 *
 * @param rows - what to compare with first
 * @param heading - title and caption
 * @returns the figure; x in images/s, linear from 0
 * @throws ConfigError if there are no rows
 */
export function throughput(rows: readonly ThroughputRow[], heading: Heading = {}): Figure {
  requireRows(rows, "throughput", "row");
  const speeds = rows.map((row) => row.imagesPerSecond);
  const annotations = rows.map(
    (row, i): Partial<Annotations> => ({
      text: i === 0 ? `<b>${grouped(speeds[0])}</b>` : `<b>${grouped(speeds[i])}</b>  ×${ratio(speeds[i] / speeds[0])}`,
      x: row.high,
      y: plain(row.name),
      xanchor: "left",
      xshift: 8,
      showarrow: false,
      font: { size: textSize.label },
    }),
  );
  return figure(
    [
      {
        type: "bar",
        orientation: "h",
        y: rows.map((row) => plain(row.name)),
        x: speeds,
        error_x: {
          type: "data",
          symmetric: false,
          array: rows.map((row) => row.high - row.imagesPerSecond),
          arrayminus: rows.map((row) => row.imagesPerSecond - row.low),
          color: "#222222",
          thickness: 1.5,
          width: 5,
        },
        marker: { color: rows.map((_, i) => (i === 0 ? "#999999" : palette[0])) },
      },
    ],
    {
      bargap: 0.35,
      height: 96 + 46 * rows.length,
      xaxis: { title: axisTitle("images/s"), range: [0, 1.2 * Math.max(...rows.map((row) => row.high), 1e-9)] },
      yaxis: { type: "category", autorange: "reversed", showgrid: false, ticks: "" },
      annotations,
    },
    heading,
  );
}

const ratio = (value: number): string => (value >= 10 ? value.toFixed(0) : value.toPrecision(2));

/** 12345.6 → "12,346", independent of the machine's language. */
const grouped = (value: number): string =>
  value < 100 ? `${Number(value.toPrecision(3))}` : value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ",");
