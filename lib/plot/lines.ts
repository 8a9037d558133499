import type { Dash, Data } from "plotly.js";
import type { Figure } from "./figure";
import { distinct, requireRows } from "./inputs";
import { colorsOf } from "./palette";
import { axisTitle, figure, type Heading, legendRow, legendRowMargin } from "./theme";

/** A named curve. */
export interface Line {
  readonly name: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly dash?: Dash;
}

/** What the axes measure; `logY` for quantities that span decades. */
export interface LineAxes {
  readonly x: string;
  readonly y: string;
  readonly logY?: boolean;
}

/**
 * Curves in one plot.
 *
 * @param lines - the curves, any unit
 * @param axes - titles with units, e.g. "learning rate"
 * @param heading - title and caption
 * @returns the figure
 * @throws ConfigError if there are no lines
 */
export function lines(lines: readonly Line[], axes: LineAxes, heading: Heading = {}): Figure {
  requireRows(lines, "lines", "line");
  const colors = colorsOf(distinct(lines.map((line) => line.name)));
  const data: Data[] = lines.map(({ name, x, y, dash = "solid" }) => ({
    type: "scatter",
    mode: "lines",
    name,
    x: Array.from(x),
    y: Array.from(y),
    line: { color: colors.get(name), width: 2.5, dash },
  }));
  return figure(
    data,
    {
      showlegend: lines.length > 1,
      legend: legendRow,
      ...(lines.length > 1 ? { margin: { t: legendRowMargin } } : {}),
      xaxis: { title: axisTitle(axes.x) },
      yaxis: { title: axisTitle(axes.y), type: axes.logY ? "log" : "linear" },
    },
    heading,
  );
}
