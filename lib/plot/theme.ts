import type { Data, Layout, LayoutAxis } from "plotly.js";
import type { Figure, FigureMeta, Size } from "./figure";
import { fontStack } from "./font-stack";
import { type Heading, ink, sideMargin, textSize, titleOf } from "./heading";
import { refitted } from "./row-axes";

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
export type PanelLayout = Partial<Layout> & {
  [axis: `${"x" | "y"}axis${number}`]: Partial<LayoutAxis>;
  readonly meta?: Pick<FigureMeta, "columns">;
};

/** Height of a row of legend entries, pixels. */
const legendHeight = 32;

/**
 * Puts traces and a layout into the kit's one look.
 *
 * A legend that is shown and not placed otherwise is a row under the heading. `margin.t` is room wanted between these
 * two and the plot area; likewise `height` is that of the figure without its heading. Of `meta` columns are kept.
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
    meta: {
      ...heading,
      ...{ width, height: whole, heading: head.height, legendRow: hasLegendRow },
      ...(layout.meta?.columns && { columns: layout.meta.columns }),
    },
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
 * The size of a figure without its heading, as `figure` takes it.
 *
 * @param size - of the whole figure; its width by default 900
 * @param heading - title and caption
 * @param own - height without the heading that the figure would have by itself, pixels
 */
export function withoutHeading(size: Size, heading: Heading, own: number): { width: number; height: number } {
  const { width = 900, height } = size;
  return { width, height: height === undefined ? own : height - titleOf(heading, width, 0).height };
}

/**
 * The same figure in another size: heading and legend keep their pixels, the plot area takes the rest.
 *
 * What was changed in the figure's layout after it was made stays as it was changed.
 *
 * @param drawn - a figure
 * @param size - width and height, pixels; the figure's own by default; and another title
 * @returns a figure of that size
 */
export function resized(drawn: Figure, size: Size & { readonly title?: string }): Figure {
  const layout = withTitleObjects(drawn.layout);
  const { width = layout.width ?? 900, height = layout.height ?? 520 } = size;
  const { data, caption } = drawn;
  const { meta } = layout;
  const wording = { title: size.title ?? meta?.title, caption };
  const isLaidOut =
    wording.title === meta?.title && meta?.width === width && meta.height === height && meta.caption === caption;
  if (!meta || isLaidOut) return { ...drawn, layout: { ...layout, width, height } };
  const made = {
    title: titleOf(meta, meta.width, meta.height - meta.heading).title,
    legend: legendRow(meta.heading, meta.width, meta.height),
  };
  const { title, legend, margin, ...rest } = layout;
  const above = meta.heading + (meta.legendRow ? legendHeight : 0);
  const again = figure(
    data,
    {
      ...rest,
      ...refitted(layout, meta, width),
      ...(meta.legendRow || legend === undefined ? {} : { legend }),
      margin: { ...margin, t: (margin?.t ?? above) - above },
      width,
      height: height - titleOf(wording, width, 0).height,
    },
    wording,
  );
  const changed = {
    title: { ...(again.layout.title as object), ...differing(title, made.title) },
    ...(meta.legendRow && { legend: { ...again.layout.legend, ...differing(legend, made.legend) } }),
  };
  const higher = again.layout.meta!.heading - meta.heading;
  return {
    ...again,
    layout: { ...again.layout, ...changed } as Figure["layout"],
    ...(drawn.leastWidth !== undefined && { leastWidth: drawn.leastWidth }),
    ...(drawn.leastHeight !== undefined && { leastHeight: drawn.leastHeight + higher }),
  };
}

/** Plotly took titles as plain text until its third version, and leaves such a one out now. */
function withTitleObjects(layout: Figure["layout"]): Figure["layout"] {
  const titled = Object.entries(layout).map(([key, value]) => {
    if (key === "title" && typeof value === "string") return [key, { text: value }];
    const isAxis = /^[xy]axis\d*$/.test(key) && typeof (value as { title?: unknown }).title === "string";
    return [key, isAxis ? { ...(value as object), title: axisTitle((value as { title: string }).title) } : value];
  });
  return Object.fromEntries(titled);
}

/** The members of `now` that are not as they were made. */
function differing(now: unknown, made: object | undefined): object {
  const before = (made ?? {}) as Record<string, unknown>;
  const isChanged = ([key, value]: [string, unknown]) => JSON.stringify(value) !== JSON.stringify(before[key]);
  return Object.fromEntries(Object.entries((now ?? {}) as object).filter(isChanged));
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
