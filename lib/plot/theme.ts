import type { Data, Layout, LayoutAxis } from "plotly.js";
import type { Figure } from "./figure";
import { fontStack } from "./fonts";

/** What a figure is headed and explained with. */
export interface Heading {
  readonly title?: string;
  /** One or two sentences that say what to see. */
  readonly caption?: string;
}

/** Text, frame and grid: dark enough for a projector, lighter the less they matter. */
export const ink = { text: "#222222", muted: "#666666", frame: "#999999", grid: "#e4e4e4" } as const;

/** Sizes of text at the default 900 × 520 pixels. */
export const textSize = { title: 19, base: 16, label: 14 } as const;

const axisTheme: Partial<LayoutAxis> = {
  automargin: true,
  showline: true,
  linecolor: ink.frame,
  gridcolor: ink.grid,
  ticks: "outside",
  ticklen: 5,
  tickcolor: ink.frame,
  zeroline: false,
};

/** Layout, with as many numbered axes as a grid of panels needs (Plotly's own type ends at nine). */
export type PanelLayout = Partial<Layout> & { [axis: `${"x" | "y"}axis${number}`]: Partial<LayoutAxis> };

/**
 * Puts traces and a layout into the kit's one look.
 *
 * @param data - traces
 * @param layout - what is particular to this figure; wins over the theme
 * @param heading - title and caption
 * @returns the figure, 900 × 520 pixels unless the layout says otherwise
 */
export function figure(data: Data[], layout: PanelLayout, heading: Heading): Figure {
  const themed: Record<string, unknown> = {
    width: 900,
    height: 520,
    font: { family: fontStack, size: textSize.base, color: ink.text },
    paper_bgcolor: "white",
    plot_bgcolor: "white",
    hovermode: "closest",
    showlegend: false,
    bargap: 0.35,
    ...layout,
    margin: { l: 20, r: 24, t: heading.title ? 64 : 24, b: 20, ...layout.margin },
    title: titleOf(heading.title),
  };
  for (const name of new Set(["xaxis", "yaxis", ...Object.keys(layout)])) {
    if (/^[xy]axis\d*$/.test(name)) {
      themed[name] = { ...axisTheme, ...(layout[name as "xaxis"] ?? {}) };
    }
  }
  const { caption } = heading;
  return { data, layout: themed as Partial<Layout>, ...(caption === undefined ? {} : { caption }) };
}

const titleOf = (text = ""): Partial<Layout["title"]> => ({
  text,
  x: 0,
  xref: "paper",
  xanchor: "left",
  y: 1,
  yref: "container",
  yanchor: "top",
  pad: { t: 16, l: 0, r: 0, b: 0 },
  font: { size: textSize.title },
});

/** @returns an axis title with room between it and the tick labels */
export const axisTitle = (text: string): LayoutAxis["title"] => ({ text, standoff: 12 }) as LayoutAxis["title"];

/** A legend in a row above the plot, under the title; give the margin `legendRowMargin`. */
export const legendRow: Partial<Layout["legend"]> = {
  orientation: "h",
  x: 0,
  xanchor: "left",
  y: 1.01,
  yanchor: "bottom",
  traceorder: "normal",
};

/** Top margin that holds a title and a legend row, pixels. */
export const legendRowMargin = 100;
