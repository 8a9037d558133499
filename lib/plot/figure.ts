import type { Data, Layout } from "plotly.js";

/** Size of a picture, pixels (of an SVG: user units); the figure's own by default. */
export interface Size {
  readonly width?: number;
  readonly height?: number;
}

/** What it takes to draw a figure in another size; Plotly keeps `layout.meta` for such purposes. */
export interface FigureMeta {
  readonly title?: string;
  readonly caption?: string;
  /** Size it was laid out for, pixels. */
  readonly width: number;
  readonly height: number;
  /** Height of the heading, pixels. */
  readonly heading: number;
  /** Whether the legend is a row under the heading. */
  readonly legendRow: boolean;
  /** Of a row plot: its columns, and the pixels between the axes of two. */
  readonly columns?: { readonly count: number; readonly between: number };
}

/** A picture as plain data: what Plotly draws, in a notebook, in an SVG file or in a PNG file. JSON-safe. */
export interface Figure {
  readonly data: Data[];
  readonly layout: Partial<Layout> & { readonly meta?: FigureMeta };
  /** One or two sentences that say what to see. */
  readonly caption?: string;
  /** Height that it needs at its width to be read, and width that it needs, pixels; known of figures that may be crowded. */
  readonly leastHeight?: number;
  readonly leastWidth?: number;
}
