import type { Data } from "plotly.js";
import type { LayerScaleError } from "../diagnose/scale-errors";
import type { Figure } from "./figure";
import { type Heading, ink, textSize } from "./heading";
import { requireRows } from "./inputs";
import { layerName } from "./layer-name";
import { palette } from "./palette";
import { plain } from "./plain-text";
import { axisTitle, figure } from "./theme";

/** Written out: Plotly's own labels between powers of ten are lone digits. */
const ticks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500] as const;

/** Between two layers, as drawn and at least, pixels. */
const [pitch, leastPitch] = [27, 19] as const;

/** Which α, how it is drawn: the best one as a ring, so that the model's own shows within it where they are the same. */
const forms = [
  { key: "one", name: "α = 1", marker: { symbol: "x", size: 10, color: palette[1] } },
  {
    key: "best",
    name: "best α of each output",
    marker: { symbol: "circle-open", size: 15, color: ink.muted, line: { width: 2 } },
  },
  { key: "own", name: "the model's own α", marker: { symbol: "circle", size: 8, color: palette[0] } },
] as const;

/**
 * The error of every binarized weight, a row a layer, with three coefficients.
 *
 * @param rows - what `scaleErrors` gives
 * @param heading - title and caption
 * @returns the figure; x logarithmic, since α = 1 is far from small weights
 * @throws ConfigError if there are no rows
 */
export function scaleErrorByLayer(rows: readonly LayerScaleError[], heading: Heading = {}): Figure {
  requireRows(rows, "scaleErrorByLayer", "layer");
  const data = forms.map(
    ({ key, name, marker }): Data => ({
      type: "scatter",
      mode: "markers",
      name,
      x: rows.map((row) => row[key]),
      y: rows.map((row) => plain(layerName(row.layer))),
      marker,
    }),
  );
  const drawn = figure(
    data,
    {
      showlegend: true,
      height: 110 + pitch * Math.max(rows.length, 4),
      xaxis: {
        title: axisTitle("error of the weights V by signs B, ‖V − αB‖ / ‖V‖, by powers"),
        type: "log",
        tickvals: [...ticks],
      },
      // dtick: a figure made lower than this would leave out every second name.
      yaxis: { type: "category", autorange: "reversed", ticks: "", dtick: 1, tickfont: { size: textSize.label } },
    },
    heading,
  );
  return { ...drawn, leastHeight: (drawn.layout.height ?? 0) - (pitch - leastPitch) * rows.length };
}
