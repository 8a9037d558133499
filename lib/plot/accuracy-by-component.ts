import type { Annotations, Data } from "plotly.js";
import { accuracyOfSeeds } from "./accuracy-of-seeds";
import type { AccuracyRow } from "./accuracy-row";
import type { Figure, Size } from "./figure";
import { type Heading, textSize } from "./heading";
import { distinct, requireFractions, requireRows } from "./inputs";
import { colorsOf, darker, floatColor, shapeOf, transparent } from "./palette";
import { percentAxis } from "./percent-axis";
import { plain } from "./plain-text";
import { axisTitle, figure, withoutHeading } from "./theme";

/** Width beside the plot area, about; of a label such as "95.8"; pixels. */
const [besidePlot, labelWidth] = [160, 38];

/** Width of a component at least, so that its tilted name is clear of the next, and of a scale with its dots; pixels. */
const [leastColumn, leastPitch] = [48, 22] as const;

/** More scales than this have no room side by side: each configuration has a line of its own then. */
const mostScales = 6;

/** Room for the lowest label, percent. */
const labelRoom = 4;

/**
 * The report's comparison: test accuracy for each binarized component, side by side for each scale.
 *
 * A large dot is a mean, with its value below; the bar is its interval, the small dots are the seeds. The horizontal
 * line is the row whose component is `float`.
 *
 * @param rows - one row a configuration; accuracies as fractions 0 … 1
 * @param heading - title and caption
 * @param size - of the whole figure
 * @returns the figure, in percent
 * @throws ConfigError if there are no rows or an accuracy is not a fraction
 */
export function accuracyByComponent(rows: readonly AccuracyRow[], heading: Heading = {}, size: Size = {}): Figure {
  requireRows(rows, "accuracyByComponent", "row");
  requireFractions(
    rows.flatMap((row) => [row.mean, row.low, row.high, ...row.values]),
    "accuracyByComponent",
  );
  const float = rows.find((row) => row.component === "float");
  const binarized = rows.filter((row) => row !== float);
  const components = distinct(binarized.map((row) => row.component));
  const scales = distinct(binarized.map((row) => row.scale));
  if (isByRows(rows)) return accuracyOfSeeds(rows, heading, size, { seeds: false });
  const colors = colorsOf(scales);
  const { width, height } = withoutHeading(size, heading, 470);
  // One component is one unit of x.
  const pixel = Math.max(components.length, 1) / (width - besidePlot);
  const pitch = Math.min(0.88 / Math.max(scales.length, 1), 120 * pixel);
  const positionOf = (row: AccuracyRow) =>
    components.indexOf(row.component) + (scales.indexOf(row.scale) - (scales.length - 1) / 2) * pitch;

  const data = scales.flatMap((scale) =>
    tracesOf(
      binarized.filter((row) => row.scale === scale),
      scale,
      colors.get(scale)!,
      positionOf,
      13 * pixel,
    ),
  );
  const lowest = 100 * Math.min(...rows.flatMap((row) => [row.low, ...row.values]));
  const angle = pitch / pixel < labelWidth ? -90 : 0;
  const drawn = figure(
    data,
    {
      width,
      height,
      showlegend: true,
      margin: { r: float ? 84 : 24 },
      xaxis: {
        title: axisTitle("binarized component"),
        tickvals: components.map((_, i) => i),
        ticktext: components.map(plain),
        range: [-0.5, Math.max(components.length, 1) - 0.5],
        showgrid: false,
        // Where they are tilted, the last may begin beyond the edge: Plotly makes room for it, or hides it.
        ticklabeloverflow: "allow",
      },
      yaxis: { title: axisTitle("test accuracy, %"), ...percentAxis(lowest - labelRoom) },
      annotations: [
        ...binarized.map((row) => valueLabel(row, positionOf(row), darker(colors.get(row.scale)!), angle)),
        ...(float ? [floatLabel(float)] : []),
      ],
      shapes: float ? floatShapes(float) : [],
    },
    heading,
  );
  const column = Math.max(leastColumn, leastPitch * scales.length);
  return { ...drawn, leastWidth: Math.ceil(besidePlot + column * components.length) };
}

/** @returns whether `accuracyByComponent` draws a line a configuration, below one another */
export const isByRows = (rows: readonly AccuracyRow[]): boolean =>
  distinct(rows.filter((row) => row.component !== "float").map((row) => row.scale)).length > mostScales;

function tracesOf(
  rows: readonly AccuracyRow[],
  scale: string,
  color: string,
  positionOf: (row: AccuracyRow) => number,
  seedOffset: number,
): Data[] {
  return [
    {
      type: "scatter",
      mode: "markers",
      name: plain(scale),
      legendgroup: scale,
      x: rows.map(positionOf),
      y: rows.map((row) => 100 * row.mean),
      error_y: {
        type: "data",
        symmetric: false,
        array: rows.map((row) => 100 * (row.high - row.mean)),
        arrayminus: rows.map((row) => 100 * (row.mean - row.low)),
        color,
        thickness: 2.5,
        width: 6,
      },
      marker: { symbol: shapeOf(scale, color), size: 11, color },
    },
    {
      type: "scatter",
      mode: "markers",
      name: plain(`${scale}, seeds`),
      legendgroup: scale,
      showlegend: false,
      x: rows.flatMap((row) => row.values.map(() => positionOf(row) - seedOffset)),
      y: rows.flatMap((row) => row.values.map((value) => 100 * value)),
      marker: { size: 6, color: transparent(color, 0.55) },
    },
  ];
}

const percent = (fraction: number): string => (100 * fraction).toFixed(1);

/** Below a value that is nearer to 0, its number would be written over the axis, percent; lying and standing. */
const leastBelow = [3, 8] as const;

function valueLabel(row: AccuracyRow, x: number, color: string, textangle: number): Partial<Annotations> {
  const lowest = 100 * Math.min(row.low, ...row.values);
  const isAbove = lowest < leastBelow[textangle === 0 ? 0 : 1];
  return {
    text: percent(row.mean),
    x,
    y: isAbove ? 100 * Math.max(row.high, ...row.values) : lowest,
    yanchor: isAbove ? "bottom" : "top",
    yshift: isAbove ? 6 : -6,
    textangle: `${textangle}`,
    showarrow: false,
    font: { size: textSize.label, color },
  };
}

const floatLabel = (row: AccuracyRow): Partial<Annotations> => ({
  text: `float<br>${percent(row.mean)}`,
  x: 1,
  xref: "paper",
  xanchor: "left",
  xshift: 6,
  y: 100 * row.mean,
  yanchor: "middle",
  align: "left",
  showarrow: false,
  font: { size: textSize.label, color: floatColor },
});

function floatShapes(row: AccuracyRow): NonNullable<Figure["layout"]["shapes"]> {
  const across = { xref: "paper", x0: 0, x1: 1, layer: "below" } as const;
  return [
    { ...across, type: "rect", y0: 100 * row.low, y1: 100 * row.high, fillcolor: "#eeeeee", line: { width: 0 } },
    {
      ...across,
      type: "line",
      y0: 100 * row.mean,
      y1: 100 * row.mean,
      line: { color: floatColor, width: 1.5, dash: "dash" },
    },
  ];
}
