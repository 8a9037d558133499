import type { Dash, LayoutAxis } from "plotly.js";
import type { Figure } from "./figure";
import type { Heading } from "./heading";
import { distinct, requireRows } from "./inputs";
import { colorsOf } from "./palette";
import { plain } from "./plain-text";
import { axisTitle, figure } from "./theme";

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
  const data = lines.map(({ name, x, y, dash = "solid" }) => ({
    type: "scatter" as const,
    mode: "lines" as const,
    name: plain(name),
    x: Array.from(x),
    y: Array.from(y),
    line: { color: colors.get(name), width: 2.5, dash },
  }));
  return figure(
    data,
    {
      showlegend: lines.length > 1,
      xaxis: { title: axisTitle(plain(axes.x)) },
      yaxis: { title: axisTitle(plain(axes.y)), ...(axes.logY ? logScale(data) : {}) },
    },
    heading,
  );
}

/** Labels at powers of ten, and at 2 and 5 times these where there are few decades. */
function logScale(lines: readonly { y: number[] }[]): Partial<LayoutAxis> {
  const values = lines.flatMap((line) => line.y).filter((value) => value > 0);
  const decades = Math.log10(Math.max(...values) / Math.min(...values));
  return { type: "log", dtick: decades > 3 ? 1 : "D2", exponentformat: "power" };
}
