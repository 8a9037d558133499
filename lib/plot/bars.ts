import type { Figure } from "./figure";
import { type Heading, textSize } from "./heading";
import { requireRows } from "./inputs";
import { palette } from "./palette";
import { plain } from "./plain-text";
import { axisTitle, figure } from "./theme";

/**
 * Vertical bars, each with its value above it.
 *
 * @param rows - name and value of each bar
 * @param yTitle - what the values are, with their unit
 * @param heading - title and caption
 * @returns the figure
 * @throws ConfigError if there are no rows
 */
export function bars(rows: readonly { name: string; value: number }[], yTitle: string, heading: Heading = {}): Figure {
  requireRows(rows, "bars", "row");
  return figure(
    [
      {
        type: "bar",
        x: rows.map((row) => plain(row.name)),
        y: rows.map((row) => row.value),
        text: rows.map((row) => `${Number(row.value.toPrecision(3))}`),
        textposition: "outside",
        textfont: { size: textSize.label },
        cliponaxis: false,
        marker: { color: palette[0] },
      },
    ],
    { xaxis: { type: "category", showgrid: false }, yaxis: { title: axisTitle(plain(yTitle)), rangemode: "tozero" } },
    heading,
  );
}
