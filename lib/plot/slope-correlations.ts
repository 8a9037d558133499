import type { Data } from "plotly.js";
import { chanceBand, type LayerMismatch } from "../diagnose/gradient-mismatch";
import type { Figure } from "./figure";
import { type Heading, ink } from "./heading";
import { distinct, requireRows } from "./inputs";
import { layerName } from "./layer-name";
import { colorsOf, shapeOf } from "./palette";
import { plain } from "./plain-text";
import { axisTitle, figure } from "./theme";

/** Between two layers, as drawn and at least, pixels. */
const [pitch, leastPitch] = [38, 26] as const;

/**
 * How well each slope's gradient predicts the loss, a row a layer; chance alone stays within the grey band 95 times in 100.
 *
 * @param rows - what `gradientMismatch` gives
 * @param heading - title and caption
 * @returns the figure; x is a correlation, −1 … 1
 * @throws ConfigError if there are no rows
 */
export function slopeCorrelations(rows: readonly LayerMismatch[], heading: Heading = {}): Figure {
  requireRows(rows, "slopeCorrelations", "layer");
  const slopes = distinct(rows.flatMap((row) => Object.keys(row.correlations)));
  const colors = colorsOf(slopes);
  const band = chanceBand(rows);
  // Side by side within the row: two slopes that agree would hide each other.
  const place = (row: number, slope: number) => row + 0.62 * ((slope + 0.5) / slopes.length - 0.5);
  const data = slopes.map(
    (slope, i): Data => ({
      type: "scatter",
      mode: "markers",
      name: plain(slope),
      x: rows.map((row) => row.correlations[slope]),
      y: rows.map((_, row) => place(row, i)),
      marker: { size: 9, color: colors.get(slope), symbol: shapeOf(slope, colors.get(slope)!) },
    }),
  );
  const values = rows.flatMap((row) => Object.values(row.correlations));
  const reach = (end: number) => [-1.1 * band, 1.1 * band, ...values].reduce((a, b) => (end * b > end * a ? b : a));
  const area = { type: "rect", xref: "x", yref: "paper", y0: 0, y1: 1, layer: "below", line: { width: 0 } } as const;
  const drawn = figure(
    data,
    {
      showlegend: true,
      height: 110 + pitch * Math.max(rows.length, 4),
      xaxis: {
        title: axisTitle("correlation of predicted and measured change"),
        range: [reach(-1) - 0.05, reach(1) + 0.05],
      },
      yaxis: {
        range: [rows.length - 0.5, -0.5],
        tickvals: rows.map((_, row) => row),
        ticktext: rows.map((row) => plain(layerName(row.layer))),
        ticks: "",
      },
      shapes: [
        { ...area, x0: -band, x1: band, fillcolor: "#eeeeee" },
        { ...area, type: "line", x0: 0, x1: 0, line: { color: ink.frame, width: 1.5 } },
      ],
    },
    heading,
  );
  return { ...drawn, leastHeight: (drawn.layout.height ?? 0) - (pitch - leastPitch) * rows.length };
}
