import type { Data } from "plotly.js";
import type { Figure } from "./figure";
import { type Heading, ink } from "./heading";
import { requireRows } from "./inputs";
import { palette, transparent } from "./palette";
import { plain } from "./plain-text";
import { axisTitle, figure } from "./theme";

/** Latent weights at one moment, e.g. "before training". */
export interface WeightSample {
  readonly name: string;
  readonly values: ArrayLike<number>;
}

/** Bins over the range of all samples together; odd, so that 0 is not a border where the range is symmetric. */
const binCount = 61;

/** What is counted, if not latent weights. */
export interface HistogramAxes {
  readonly x?: string;
  readonly y?: string;
}

/**
 * How latent weights are spread, in one set of bins for all samples; the dashed line at 0 is where their signs change.
 *
 * @param samples - names and weights; counted here, so the figure stays small however many there are
 * @param heading - title and caption
 * @param axes - titles with units
 * @returns the figure; y is the share of each sample's weights in a bin, percent
 * @throws ConfigError if there are no samples or one has no weights
 */
export function weightHistogram(
  samples: readonly WeightSample[],
  heading: Heading = {},
  { x = "latent weight", y = "share of weights, %" }: HistogramAxes = {},
): Figure {
  requireRows(samples, "weightHistogram", "sample");
  for (const sample of samples) requireRows(sample.values, `weightHistogram, "${sample.name}"`, "weight");
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { values } of samples) {
    for (let i = 0; i < values.length; i++) {
      low = Math.min(low, values[i]);
      high = Math.max(high, values[i]);
    }
  }
  const width = (high - low || 1) / binCount;
  const data = samples.map(({ name, values }, i): Data => {
    const color = palette[i % palette.length];
    return {
      type: "scatter",
      mode: "lines",
      name: plain(name),
      // A bin's share holds from its left border on; one more point closes the last bin.
      x: Array.from({ length: binCount + 1 }, (_, bin) => low + bin * width),
      y: shares(values, low, width),
      line: { shape: "hv", color, width: 2 },
      fill: "tozeroy",
      fillcolor: transparent(color, 0.18),
    };
  });
  return figure(
    data,
    {
      showlegend: samples.length > 1,
      xaxis: { title: axisTitle(x) },
      yaxis: { title: axisTitle(y), rangemode: "tozero" },
      shapes: [
        {
          type: "line",
          x0: 0,
          x1: 0,
          yref: "paper",
          y0: 0,
          y1: 1,
          line: { color: ink.muted, width: 1.5, dash: "dash" },
        },
      ],
    },
    heading,
  );
}

function shares(values: ArrayLike<number>, low: number, width: number): number[] {
  const counts = new Array<number>(binCount + 1).fill(0);
  for (let i = 0; i < values.length; i++) {
    counts[Math.min(binCount - 1, Math.floor((values[i] - low) / width))]++;
  }
  counts[binCount] = counts[binCount - 1];
  return counts.map((count) => (100 * count) / values.length);
}
