import type { Annotations, LayoutAxis } from "plotly.js";
import { type AxisNames, axisNames } from "./axis-names";
import { textSize } from "./heading";
import type { PanelLayout } from "./theme";

/** One cell of a grid of subplots. */
export interface Panel extends AxisNames {
  /** Where each axis lies in the plot area, 0 … 1. */
  readonly xDomain: [number, number];
  readonly yDomain: [number, number];
  readonly isLeft: boolean;
  /** No panel lies below this one. */
  readonly isBottom: boolean;
}

/**
 * Lays panels out in rows, from the top left.
 *
 * @param count - number of panels
 * @param columns - panels in a row
 * @param gap - space between neighbours, as a share of the plot area's width and height
 * @returns the panels, with axes numbered as Plotly does: x, x2, x3, …
 */
export function panelGrid(count: number, columns: number, gap: { x: number; y: number }): Panel[] {
  const rows = Math.ceil(count / columns);
  const width = (1 - gap.x * (columns - 1)) / columns;
  const height = (1 - gap.y * (rows - 1)) / rows;
  return Array.from({ length: count }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const left = column * (width + gap.x);
    const top = 1 - row * (height + gap.y);
    return {
      ...axisNames(i),
      xDomain: [left, Math.min(1, left + width)],
      yDomain: [Math.max(0, top - height), top],
      isLeft: column === 0,
      isBottom: i + columns >= count,
    };
  });
}

/** @returns the title of a panel, centred above it */
export const panelTitle = (panel: Panel, text: string): Partial<Annotations> => ({
  text,
  x: (panel.xDomain[0] + panel.xDomain[1]) / 2,
  y: panel.yDomain[1],
  xref: "paper",
  yref: "paper",
  xanchor: "center",
  yanchor: "bottom",
  yshift: 2,
  showarrow: false,
  font: { size: textSize.label },
});

/** @returns the two axes of a panel, each placed and tied to the other, with what else is said of them */
export function panelAxes(
  panel: Panel,
  x: Partial<LayoutAxis>,
  y: Partial<LayoutAxis>,
): Pick<PanelLayout, `${"x" | "y"}axis${number}`> {
  return {
    [panel.xaxis]: { domain: panel.xDomain, anchor: panel.y as LayoutAxis["anchor"], ...x },
    [panel.yaxis]: { domain: panel.yDomain, anchor: panel.x as LayoutAxis["anchor"], ...y },
  };
}
