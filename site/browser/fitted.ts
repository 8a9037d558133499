import type { Legend } from "plotly.js";
import { dark } from "../../lib/plot/dark";
import type { Figure } from "../../lib/plot/figure";

/** Where a figure is shown. */
export interface Place {
  /** Pixels there are. */
  readonly width: number;
  readonly isDark: boolean;
  /** Whether it is pointed at with a finger, which also scrolls the page. */
  readonly isTouched: boolean;
}

/** Space above legend or panels in place of the heading, pixels. */
const above = 8;

/** Height of the row that the kit's figures have for their legend, pixels. */
const legendRow = 32;

/** Below this width letters are smaller, and each entry of the legend has a line of its own, pixels. */
export const narrow = 600;

/** Sizes of text in a narrow figure, and the height of a line of its legend, pixels. */
const small = { base: 12, legend: 13, line: 20 };

/** More names at points than this would cover each other, unless the figure is so wide, pixels; it scrolls then. */
const crowded = { names: 8, width: 560 };

/** The least width of what is drawn between the names and the numbers of a row plot, pixels. */
const leastPlot = 120;

/** The least share of its own width at which the names above a grid's panels can be read; below it, it scrolls. */
const leastShare = 0.6;

/**
 * A figure as it is drawn in the page: its heading left to the page's own text, no wider than there is room, in the
 * colours of the page.
 *
 * @param figure - in the kit's one look
 * @param place - where it is shown
 * @returns the figure; wider than the place only if it is a grid of pictures, of points with many names, or of rows
 */
export function fitted(figure: Figure, place: Place): Figure {
  const { meta } = figure.layout;
  const plain = meta ? withoutHeading(figure.layout, meta) : figure.layout;
  const isGrid = figure.data.every(({ type }) => type === "heatmap" || type === "image");
  const layout = {
    ...(isGrid ? scaled(plain, place.width) : narrowed(plain, place.width, entriesOf(figure))),
    // One finger scrolls the page; two would zoom it.
    ...(place.isTouched ? { dragmode: false as const } : {}),
  };
  const drawn = { ...figure, layout };
  return place.isDark ? dark(drawn) : drawn;
}

/** Lines and bars: as high as ever, however narrow. */
function narrowed(layout: Figure["layout"], room: number, entries: number): Figure["layout"] {
  const { width: own = 900, height: whole = 470, margin, font, meta, annotations = [] } = layout;
  const atPoints = annotations.filter(({ xref = "x" }) => /^x\d*$/.test(xref)).length;
  const beside = meta?.columns ? (margin?.l ?? 0) + (margin?.r ?? 0) + leastPlot : 0;
  const width = Math.min(own, Math.max(room, beside, atPoints > crowded.names ? crowded.width : 0));
  if (width >= narrow) return { ...layout, width };
  const lines = layout.showlegend ? entries : 0;
  const more = lines * small.line - (meta?.legendRow ? legendRow : 0);
  const height = whole + more;
  return {
    ...layout,
    width,
    height,
    font: { ...font, size: small.base },
    margin: { ...margin, t: (margin?.t ?? above) + more },
    ...(lines > 0 ? { legend: { ...linesAtTop, y: 1 - 4 / height } } : {}),
  };
}

// A vertical legend would push the plot to the right.
const linesAtTop = {
  orientation: "h",
  entrywidth: 1,
  entrywidthmode: "fraction",
  font: { size: small.legend },
  x: 0,
  xref: "container",
  xanchor: "left",
  yref: "container",
  yanchor: "top",
} as Partial<Legend>; // whose types do not know widths of entries

/** How many lines a legend has: traces that share a group may still be named each. */
const entriesOf = ({ data }: Figure): number =>
  data.filter((trace) => (trace as { showlegend?: boolean }).showlegend !== false).length;

/** Pixels stay square, and the names above them as long as they are wide. */
function scaled(layout: Figure["layout"], room: number): Figure["layout"] {
  const { width = 900, height = 470, annotations = [], font } = layout;
  const share = Math.min(1, Math.max(leastShare, room / width));
  const smaller = <T extends { size?: number }>(one: T) => ({ ...one, size: (one.size ?? 16) * share });
  return {
    ...layout,
    width: Math.round(width * share),
    height: Math.round(height * share),
    font: smaller({ ...font }),
    annotations: annotations.map((one) => ({ ...one, font: smaller({ ...one.font }) })),
  };
}

function withoutHeading(layout: Figure["layout"], meta: NonNullable<Figure["layout"]["meta"]>): Figure["layout"] {
  const { title: _, margin, legend, ...rest } = layout;
  const less = meta.heading - above;
  const height = (layout.height ?? meta.height) - less;
  return {
    ...rest,
    height,
    margin: { ...margin, t: (margin?.t ?? meta.heading) - less },
    ...(legend && { legend: meta.legendRow ? { ...legend, y: 1 - (above - 4) / height } : legend }),
  };
}
