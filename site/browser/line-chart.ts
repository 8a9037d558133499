/** A line: its values at 1, 2, 3 … */
export interface ChartLine {
  readonly name: string;
  readonly values: readonly number[];
}

/** The inside of a chart, in units of its `viewBox`. */
export interface ChartFrame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** @returns where a value stands: `at` from 1 to `count` from left to right, `value` from 0 to `most` upwards */
export function chartPoint(
  frame: ChartFrame,
  count: number,
  most: number,
  at: number,
  value: number,
): [number, number] {
  const x = frame.left + (frame.width * (count > 1 ? at - 1 : 0)) / Math.max(1, count - 1);
  const y = frame.top + frame.height * (1 - Math.min(1, Math.max(0, value / most)));
  return [round(x), round(y)];
}

/** @returns the `points` of a polyline */
export const chartPoints = (frame: ChartFrame, count: number, most: number, values: readonly number[]): string =>
  values.map((value, i) => chartPoint(frame, count, most, i + 1, value).join(",")).join(" ");

/** @returns the end of an axis that holds these values: 1, 2 or 5 times a power of ten */
export function axisEnd(values: readonly number[], least: number): number {
  const largest = Math.max(least, ...values);
  const power = 10 ** Math.floor(Math.log10(largest));
  return [1, 2, 5, 10].map((step) => step * power).find((end) => end >= largest * (1 - 1e-9)) ?? largest;
}

const round = (value: number): number => Math.round(100 * value) / 100;
