import type { Data, Layout, LayoutAxis } from "plotly.js";
import type { Figure } from "./figure";
import { fontStack } from "./fonts";
import { type Heading, ink, sideMargin, textSize, titleOf } from "./heading";

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

/** Height of a row of legend entries, pixels. */
const legendHeight = 32;

/**
 * Puts traces and a layout into the kit's one look.
 *
 * A legend that is shown and not placed otherwise is a row under the heading. `margin.t` is room wanted between these
 * two and the plot area; likewise `height` is that of the figure without its heading.
 *
 * @param data - traces
 * @param layout - what is particular to this figure; wins over the theme
 * @param heading - title and caption
 * @returns the figure, 900 pixels wide unless the layout says otherwise
 */
export function figure(data: Data[], layout: PanelLayout, heading: Heading): Figure {
  const { width = 900, height = 470 } = layout;
  const head = titleOf(heading, width, height);
  const whole = head.height + height;
  const hasLegendRow = layout.showlegend === true && layout.legend === undefined;
  const themed: Record<string, unknown> = {
    width,
    font: { family: fontStack, size: textSize.base, color: ink.text },
    paper_bgcolor: "white",
    plot_bgcolor: "white",
    hovermode: "closest",
    showlegend: false,
    ...(hasLegendRow ? { legend: legendRow(head.height, width, whole) } : {}),
    ...layout,
    height: whole,
    meta: { title: heading.title, heading: head.height, legendRow: hasLegendRow },
    title: head.title,
    margin: {
      l: sideMargin,
      r: 24,
      b: 20,
      ...layout.margin,
      t: head.height + (hasLegendRow ? legendHeight : 0) + (layout.margin?.t ?? 0),
    },
  };
  for (const name of new Set(["xaxis", "yaxis", ...Object.keys(layout)])) {
    if (/^[xy]axis\d*$/.test(name)) {
      themed[name] = { ...axisTheme, ...(layout[name as "xaxis"] ?? {}) };
    }
  }
  const { caption } = heading;
  return { data, layout: themed as Partial<Layout>, ...(caption === undefined ? {} : { caption }) };
}

/**
 * The same figure in another size: heading and legend keep their pixels, the plot area takes the rest.
 *
 * @param drawn - a figure
 * @param size - width and height, pixels; the figure's own by default
 * @returns a figure of that size
 */
export function resized(drawn: Figure, size: { readonly width?: number; readonly height?: number }): Figure {
  const { width = drawn.layout.width ?? 900, height = drawn.layout.height ?? 520 } = size;
  const { data, layout, caption } = drawn;
  const { meta } = layout;
  if (!meta) return { ...drawn, layout: { ...layout, width, height } };
  const { legend, margin, ...rest } = layout;
  const above = meta.heading + (meta.legendRow ? legendHeight : 0);
  const head = titleOf({ title: meta.title, caption }, width, 0);
  return figure(
    data,
    {
      ...rest,
      ...(meta.legendRow || legend === undefined ? {} : { legend }),
      margin: { ...margin, t: (margin?.t ?? above) - above },
      width,
      height: height - head.height,
    },
    { title: meta.title, caption },
  );
}

const legendRow = (top: number, width: number, height: number) => ({
  orientation: "h",
  traceorder: "normal",
  x: (sideMargin - 8) / width,
  xref: "container",
  xanchor: "left",
  y: 1 - (top - 4) / height,
  yref: "container",
  yanchor: "top",
});

/** @returns an axis title with room between it and the tick labels */
export const axisTitle = (text: string): LayoutAxis["title"] => ({ text, standoff: 12 }) as LayoutAxis["title"];
