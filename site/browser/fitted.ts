import type { Layout } from "plotly.js";
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

/** Below this width the legend stands below the plot, pixels. */
const narrow = 600;

/** The least share of its own width at which the names above a grid's panels can be read; below it, it scrolls. */
const leastShare = 0.6;

/**
 * A figure as it is drawn in the page: its heading left to the page's own text, no wider than there is room, in the
 * colours of the page.
 *
 * @param figure - in the kit's one look
 * @param place - where it is shown
 * @returns the figure; wider than the place only if it is a grid of pictures with names
 */
export function fitted(figure: Figure, place: Place): Figure {
  const { meta } = figure.layout;
  const plain = meta ? withoutHeading(figure.layout, meta) : figure.layout;
  const isGrid = figure.data.every(({ type }) => type === "heatmap" || type === "image");
  const layout = {
    ...(isGrid ? scaled(plain, place.width) : narrowed(plain, place.width)),
    // One finger scrolls the page; two would zoom it.
    ...(place.isTouched ? { dragmode: false as const } : {}),
  };
  const drawn = { ...figure, layout };
  return place.isDark ? dark(drawn) : drawn;
}

/** Lines and bars: as high as ever, however narrow. */
function narrowed(layout: Figure["layout"], room: number): Figure["layout"] {
  const width = Math.min(layout.width ?? 900, room);
  return { ...layout, width, ...(layout.meta?.legendRow && width < narrow ? { legend: legendBelow } : {}) };
}

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

const legendBelow: Layout["legend"] = { orientation: "h", x: 0, xanchor: "left", y: -0.2, yanchor: "top" };

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
