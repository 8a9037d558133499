import type { Annotations, Data } from "plotly.js";
import { namesParts } from "../study/row-name";
import { fitLabels } from "./bytes-labels";
import type { Figure, Size } from "./figure";
import { type Heading, ink, textSize } from "./heading";
import { distinct, requireFractions, requireRows } from "./inputs";
import type { LabelPlace } from "./label-places";
import { colorsOf, darker, floatColor, symbolsOf } from "./palette";
import { percentAxis } from "./percent-axis";
import { plain } from "./plain-text";
import { axisTitle, figure, withoutHeading } from "./theme";

/** Size and accuracy of one configuration. */
export interface BytesRow {
  /** What stands at its point. */
  readonly name: string;
  /** What is binarized; `float` for nothing. */
  readonly component: string;
  readonly scale: string;
  /** Bytes of all parameters as 32-bit floats. */
  readonly bytesFloat: number;
  /** Bytes with binarized weights at one bit. */
  readonly bytesPacked: number;
  /** Test accuracy, mean over the seeds, and the ends of its interval, 0 … 1. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** What surrounds the plot area, pixels: fixed, as labels are placed in pixels. */
const frame = { left: 76, right: 24, bottom: 66 } as const;

/** With more points than this, labels are of scales alone, and a legend names the components by their markers. */
const mostFullNames = 12;

/** Where no height is asked for, the figure may grow by so much of it to keep labels apart. */
const mostGrowth = 0.6;

/** Height of a legend in a row, pixels. */
const legendHeight = 32;

/**
 * What a byte buys: test accuracy over the bytes of all parameters, packed, a labelled point a configuration.
 *
 * Colour is the scale, the marker's shape is the component; the star is the float model, its accuracy drawn on as a
 * dashed line.
 *
 * @param rows - one row a configuration; bytes, and accuracies as fractions 0 … 1
 * @param heading - title and caption
 * @param size - of the whole figure
 * @returns the figure; x in KiB (1024 bytes), logarithmic; y in percent
 * @throws ConfigError if there are no rows or an accuracy is not a fraction
 */
export function bytesAgainstAccuracy(rows: readonly BytesRow[], heading: Heading = {}, size: Size = {}): Figure {
  requireRows(rows, "bytesAgainstAccuracy", "row");
  requireFractions(
    rows.flatMap((row) => [row.mean, row.low, row.high]),
    "bytesAgainstAccuracy",
  );
  const sizes = rows.map((row) => (row.component === "float" ? row.bytesFloat : row.bytesPacked) / 1024);
  const colors = colorsOf(distinct(rows.map((row) => (row.component === "float" ? "float" : row.scale))));
  const colorOf = (row: BytesRow) => colors.get(row.component === "float" ? "float" : row.scale)!;
  const x = padded(Math.log10(Math.min(...sizes)), Math.log10(Math.max(...sizes)));
  const lowest = 100 * Math.min(...rows.map((row) => row.low));
  const yAxis = percentAxis(lowest, 100 * Math.max(...rows.map((row) => row.high)));
  const isCrowded = rows.length > mostFullNames;
  const { width, height: usual } = withoutHeading(size, heading, isCrowded ? 640 : 500);
  const share = (value: number, [low, high]: readonly [number, number]) => (value - low) / (high - low);
  const label = isCrowded ? shortLabels(rows) : (row: BytesRow) => row.name;
  const points = rows.map((row, i) => ({
    ...{ text: label(row), x: share(Math.log10(sizes[i]), x), y: share(100 * row.mean, yAxis.range) },
    ...{ low: share(100 * row.low, yAxis.range), high: share(100 * row.high, yAxis.range) },
    isLine: row.component === "float",
  }));
  const labelsAt = (whole: number) =>
    fitLabels(
      points,
      Math.max(1, width - frame.left - frame.right),
      Math.max(1, whole - frame.bottom - (isCrowded ? legendHeight : 0)),
      isCrowded,
    );
  const first = labelsAt(usual);
  const more = first.missing.width === 0 && first.missing.height < mostGrowth * usual ? first.missing.height : 0;
  const height = size.height === undefined ? usual + more : usual;
  const { places, missing } = height === usual ? first : labelsAt(height);
  const symbols = symbolsOf(distinct(rows.map((row) => row.component)));

  const data: Data[] = rows.map((row, i) => ({
    type: "scatter",
    mode: "markers",
    name: plain(row.name),
    showlegend: false,
    x: [sizes[i]],
    y: [100 * row.mean],
    error_y: {
      type: "data",
      symmetric: false,
      array: [100 * (row.high - row.mean)],
      arrayminus: [100 * (row.mean - row.low)],
      color: colorOf(row),
      thickness: 1.5,
      width: 4,
    },
    marker: { size: row.component === "float" ? 16 : 12, symbol: symbols.get(row.component), color: colorOf(row) },
  }));
  const float = rows.find((row) => row.component === "float");
  if (isCrowded) data.push(...markerKeys(symbols));
  const drawn = figure(
    data,
    {
      width,
      height,
      showlegend: isCrowded,
      margin: { l: frame.left, r: frame.right, b: frame.bottom },
      xaxis: {
        title: axisTitle("packed size, KiB, by powers"),
        type: "log",
        range: x,
        ...ticksOf(x),
        automargin: false,
      },
      yaxis: { title: axisTitle("test accuracy, %"), ...yAxis, automargin: false },
      annotations: places.map((place, i) => ({
        ...annotationOf(place, points[i].text),
        ...{ x: Math.log10(sizes[i]), y: 100 * rows[i].mean },
        font: { size: textSize.label, color: darker(colorOf(rows[i])) },
      })),
      shapes: float
        ? [
            {
              type: "line",
              xref: "paper",
              x0: 0,
              x1: 1,
              y0: 100 * float.mean,
              y1: 100 * float.mean,
              line: { color: floatColor, width: 1, dash: "dash" },
              layer: "below",
            },
          ]
        : [],
    },
    heading,
  );
  return {
    ...drawn,
    leastHeight: (drawn.layout.height ?? 0) + missing.height,
    leastWidth: missing.width > 0 ? width + missing.width : 0,
  };
}

/** @returns what a label says where the marker says the component: the scale, and all of the name where one without parts is called so */
function shortLabels(rows: readonly BytesRow[]): (row: BytesRow) => string {
  const whole = new Set(rows.flatMap(({ name }) => (namesParts(name) ? [] : name)));
  return ({ name, scale }) => (whole.has(scale) ? name : scale);
}

/** Legend entries for the markers; they draw nothing. */
const markerKeys = (symbols: ReadonlyMap<string, string>): Data[] =>
  [...symbols].map(([component, symbol]) => ({
    type: "scatter",
    mode: "markers",
    name: plain(component),
    x: [null],
    y: [null],
    hoverinfo: "skip",
    marker: { symbol, size: 12, color: ink.muted },
  }));

function annotationOf({ dx, dy, isNear }: LabelPlace, text: string): Partial<Annotations> {
  return {
    text: plain(text),
    ...(isNear ? { showarrow: false, xshift: dx, yshift: 0 - dy } : { showarrow: true, ax: dx, ay: dy }),
    arrowhead: 0,
    arrowwidth: 1,
    arrowcolor: ink.frame,
    standoff: 7,
    borderpad: 0,
  };
}

/** @returns a range with room at both ends, a sixth and a tenth of it but at least some tenths of a decade */
function padded(low: number, high: number): [number, number] {
  return [low - Math.max(0.16 * (high - low), 0.15), high + Math.max(0.1 * (high - low), 0.1)];
}

/** 1-2-5 ticks, or a finer series where the range is short. */
function ticksOf([low, high]: readonly [number, number]): { tickvals: number[]; ticktext: string[] } {
  const series = [
    [1, 2, 5],
    [1, 1.5, 2, 3, 4, 5, 6, 8],
    [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9],
  ];
  const ticks = (digits: readonly number[]) => {
    const decades = Array.from(
      { length: Math.floor(high) - Math.floor(low) + 1 },
      (_, i) => 10 ** (Math.floor(low) + i),
    );
    return decades
      .flatMap((decade) => digits.map((digit) => digit * decade))
      .filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high);
  };
  const tickvals = series.map(ticks).find((found) => found.length >= 4) ?? ticks(series[2]);
  return { tickvals, ticktext: tickvals.map((tick) => `${Number(tick.toPrecision(3))}`) };
}
