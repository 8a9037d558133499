import type { Data } from "plotly.js";
import { ConfigError } from "../base/errors";
import type { Figure } from "./figure";
import { type Heading, textSize } from "./heading";
import { distinct, requireRows } from "./inputs";
import { palette } from "./palette";
import { plain } from "./plain-text";
import { axisTitle, figure } from "./theme";

/** What one whole is made of, in any unit. */
export interface ShareRow {
  readonly name: string;
  /** Amount of each part, e.g. `{ qkv: 9.1, attention: 7.8 }`. */
  readonly parts: Readonly<Record<string, number>>;
}

/** Narrower parts have no number in them, percent. */
const narrowest = 5;

/**
 * Wholes of different units side by side, each taken apart in percent: one bar a row, one colour a part.
 *
 * @param rows - parts in the order they are to be stacked
 * @param heading - title and caption
 * @returns the figure; x in percent of each row's sum
 * @throws ConfigError if there are no rows, a part is negative or not a number, or a row's sum is 0
 */
export function shares(rows: readonly ShareRow[], heading: Heading = {}): Figure {
  requireRows(rows, "shares", "row");
  const totals = rows.map(totalOf);
  const parts = distinct(rows.flatMap((row) => Object.keys(row.parts)));
  const data = parts.map((part, i): Data => {
    const percent = rows.map((row, at) => (100 * (row.parts[part] ?? 0)) / totals[at]);
    return {
      type: "bar",
      orientation: "h",
      name: plain(part),
      y: rows.map((row) => plain(row.name)),
      x: percent,
      text: percent.map((value) => (value >= narrowest ? value.toFixed(0) : "")),
      textposition: "inside",
      insidetextanchor: "middle",
      textangle: 0,
      textfont: { size: textSize.label, color: "#ffffff" },
      marker: { color: palette[i % palette.length], line: { color: "#ffffff", width: 0.5 } },
    };
  });
  return figure(
    data,
    {
      barmode: "stack",
      bargap: 0.35,
      showlegend: true,
      height: 130 + 52 * rows.length,
      xaxis: { title: axisTitle("share, %"), range: [0, 100] },
      yaxis: { type: "category", autorange: "reversed", showgrid: false, ticks: "" },
    },
    heading,
  );
}

function totalOf({ name, parts }: ShareRow): number {
  for (const [part, amount] of Object.entries(parts)) {
    if (amount >= 0 && amount < Number.POSITIVE_INFINITY) continue;
    throw new ConfigError(`shares: "${part}" of "${name}" is ${amount}, expected a number from 0 on.`);
  }
  const total = Object.values(parts).reduce((sum, amount) => sum + amount, 0);
  if (total === 0) throw new ConfigError(`shares: the parts of "${name}" add up to 0, expected more.`);
  return total;
}
