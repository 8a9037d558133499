import type { Annotations, Data } from "plotly.js";
import { ConfigError } from "../base/errors";
import type { Figure } from "./figure";
import { type Heading, ink, textSize } from "./heading";
import { requireRows } from "./inputs";
import { placeLabels } from "./label-places";
import { darker, palette } from "./palette";
import { plain } from "./plain-text";
import type { Box } from "./text-box";
import { plainWidth } from "./text-box";
import { axisTitle, figure } from "./theme";

/** One program at one task. */
export interface RooflinePoint {
  /** What stands at its point. */
  readonly name: string;
  /** Operations for each byte that has to move between memory and processor. */
  readonly operationsPerByte: number;
  /** Measured throughput, 1e9 operations/s. */
  readonly gops: number;
}

/** What the machine can do at most. */
export interface Roofs {
  /** Bytes that memory can move, 1e9 bytes/s. */
  readonly bandwidth: number;
  /** Throughputs that arithmetic alone reaches, e.g. of floats and of signs. */
  readonly peaks: readonly { readonly name: string; readonly gops: number }[];
}

/** Size of the figure and of what surrounds its plot area, pixels: fixed, as labels are placed in pixels. */
const frame = { width: 900, height: 520, left: 76, right: 24, bottom: 66 } as const;
const area = { left: frame.left, right: frame.width - frame.right, top: 0, bottom: frame.height - frame.bottom };

type Range = readonly [low: number, high: number];

/**
 * Roofline: how far each program is from what memory and arithmetic allow.
 *
 * attainable = min(peak, bandwidth · operations per byte)
 *
 * The slanted line is memory, each level line one kind of arithmetic; a point near the slanted line waits for memory.
 *
 * @param points - the programs
 * @param roofs - of the machine, measured like the points
 * @param heading - title and caption
 * @returns the figure; x in operations a byte, y in Gop/s, both logarithmic
 * @throws ConfigError if there are no points or a number is not positive
 *
 * Reference: Williams, Waterman and Patterson, *Roofline*, Communications of the ACM 52(4), 2009.
 */
export function roofline(points: readonly RooflinePoint[], roofs: Roofs, heading: Heading = {}): Figure {
  requireRows(points, "roofline", "point");
  requirePositive(points, roofs);
  const { bandwidth, peaks } = roofs;
  const corners = peaks.map(({ gops }) => gops / bandwidth); // where level lines begin
  const x = rangeOf([...points.map((point) => point.operationsPerByte), ...corners], [0.25, 0.6]);
  const y = rangeOf(
    [...points, ...peaks].map(({ gops }) => gops),
    [0.3, 0.3],
  );
  const top = peaks.length ? Math.max(...peaks.map(({ gops }) => gops)) : 10 ** y[1];
  const slant = [Math.max(10 ** x[0], 10 ** y[0] / bandwidth), Math.min(10 ** x[1], top / bandwidth)];
  const line = (xs: number[], ys: number[]): Data => ({
    type: "scatter",
    mode: "lines",
    x: xs,
    y: ys,
    line: { color: ink.muted, width: 2 },
    hoverinfo: "skip",
  });
  const colors = points.map((_, i) => palette[i % palette.length]);
  return figure(
    [
      ...(slant[0] < slant[1]
        ? [
            line(
              slant,
              slant.map((at) => at * bandwidth),
            ),
          ]
        : []),
      ...peaks.map(({ gops }) => line([Math.max(10 ** x[0], gops / bandwidth), 10 ** x[1]], [gops, gops])),
      {
        type: "scatter",
        mode: "markers",
        x: points.map((point) => point.operationsPerByte),
        y: points.map((point) => point.gops),
        text: points.map((point) => plain(point.name)),
        marker: { size: 12, color: colors },
      },
    ],
    {
      width: frame.width,
      height: frame.height,
      margin: { l: frame.left, r: frame.right, b: frame.bottom },
      xaxis: { title: axisTitle("operations a byte moved"), ...logAxis(x) },
      yaxis: { title: axisTitle("Gop/s"), ...logAxis(y) },
      annotations: annotationsOf(points, roofs, colors, [x, y], slant),
    },
    heading,
  );
}

function annotationsOf(
  points: readonly RooflinePoint[],
  { bandwidth, peaks }: Roofs,
  colors: readonly string[],
  [x, y]: readonly [Range, Range],
  slant: readonly number[],
): Partial<Annotations>[] {
  const xPixel = (at: number) => area.left + ((Math.log10(at) - x[0]) / (x[1] - x[0])) * (area.right - area.left);
  const yPixel = (at: number) => area.bottom - ((Math.log10(at) - y[0]) / (y[1] - y[0])) * (area.bottom - area.top);
  const roofFont = { size: textSize.label, color: ink.muted };
  const roofTexts = peaks.map(({ name, gops }) => `${name}: ${rounded(gops)} Gop/s`);
  const widths = roofTexts.map((text) => plainWidth(text, textSize.label));
  const onRoofs = peaks.map(({ gops }, i): Partial<Annotations> => {
    return {
      text: plain(roofTexts[i]),
      x: x[1],
      y: Math.log10(gops),
      xanchor: "right",
      yanchor: "bottom",
      showarrow: false,
    };
  });
  const slope = (180 / Math.PI) * Math.atan2(yPixel(1) - yPixel(10), xPixel(10) - xPixel(1));
  const middle = Math.sqrt(slant[0] * slant[1]);
  const onSlant: Partial<Annotations> = {
    ...{ text: `memory: ${rounded(bandwidth)} GB/s`, x: Math.log10(middle), y: Math.log10(middle * bandwidth) },
    ...{ textangle: `${-slope}`, xshift: -10, yshift: 10, showarrow: false },
  };
  const obstacles: Box[] = peaks.flatMap(({ gops }, i) => {
    const at = yPixel(gops);
    const start = Math.max(area.left, xPixel(gops / bandwidth));
    return [
      { left: start, right: area.right, top: at - 2, bottom: at + 2 },
      { left: area.right - widths[i] - 4, right: area.right, top: at - 22, bottom: at },
    ];
  });
  if (slant[0] < slant[1]) obstacles.push(...alongLine(slant.map((at) => [xPixel(at), yPixel(at * bandwidth)])));
  const spots = points.map((point) => ({
    ...{ x: xPixel(point.operationsPerByte), y: yPixel(point.gops) },
    text: labelOf(point),
  }));
  const labels = placeLabels(spots, textSize.label, area, obstacles).map(({ dx, dy, isNear }, i) => ({
    text: plain(spots[i].text),
    x: Math.log10(points[i].operationsPerByte),
    y: Math.log10(points[i].gops),
    ...(isNear ? { showarrow: false, xshift: dx, yshift: 0 - dy } : { showarrow: true, ax: dx, ay: dy }),
    ...{ arrowhead: 0, arrowwidth: 1, arrowcolor: ink.frame, standoff: 7, borderpad: 0 },
    font: { size: textSize.label, color: darker(colors[i]) },
  }));
  const roofLabels = [...(slant[0] < slant[1] ? [onSlant] : []), ...onRoofs];
  return [...roofLabels.map((label) => ({ ...label, font: roofFont })), ...labels];
}

const labelOf = ({ name, gops }: RooflinePoint): string => `${name}, ${rounded(gops)}`;

/** Small boxes along a slanted line, which one box around it would hide. */
function alongLine([[x0, y0], [x1, y1]]: readonly number[][]): Box[] {
  const steps = Math.max(1, Math.ceil(Math.abs(x1 - x0) / 8));
  return Array.from({ length: steps + 1 }, (_, i) => {
    const [x, y] = [x0 + (i / steps) * (x1 - x0), y0 + (i / steps) * (y1 - y0)];
    return { left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 };
  });
}

/** Decades from the least to the largest, with room at both ends. */
function rangeOf(values: readonly number[], [below, above]: Range): [number, number] {
  return [Math.log10(Math.min(...values)) - below, Math.log10(Math.max(...values)) + above];
}

/** Ticks at 1, 2 and 5 times powers of ten; powers alone where there are many. */
function logAxis([low, high]: Range) {
  const digits = high - low > 3 ? [1] : [1, 2, 5];
  const decades = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i);
  const tickvals = decades
    .flatMap((decade) => digits.map((digit) => digit * 10 ** decade))
    .filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high);
  const ticktext = tickvals.map((tick) => `${Number(tick.toPrecision(3))}`);
  return { type: "log" as const, range: [low, high], tickvals, ticktext, automargin: false };
}

/** Two digits that count. */
const rounded = (value: number): string =>
  value >= 100 ? value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ",") : `${Number(value.toPrecision(2))}`;

function requirePositive(points: readonly RooflinePoint[], { bandwidth, peaks }: Roofs): void {
  const numbers = [bandwidth, ...points.flatMap((p) => [p.operationsPerByte, p.gops]), ...peaks.map((p) => p.gops)];
  const wrong = numbers.find((value) => !(value > 0 && value < Number.POSITIVE_INFINITY));
  if (wrong !== undefined) throw new ConfigError(`roofline: expected positive numbers, got ${wrong}.`);
}
