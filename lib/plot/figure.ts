import type { Data, Layout } from "plotly.js";

/** A picture as plain data: what Plotly draws, in a notebook, in an SVG file or in a PNG file. JSON-safe. */
export interface Figure {
  readonly data: Data[];
  readonly layout: Partial<Layout>;
  /** One or two sentences that say what to see. */
  readonly caption?: string;
}
