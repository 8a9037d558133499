import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import { slopeOf } from "./sign";
import type { Slope } from "./slope";
import type { SlopeName } from "./slopes";

/** Where a slope is compared with the function that it belongs to. */
export interface SlopeGrid {
  readonly from?: number;
  readonly to?: number;
  readonly points?: number;
  /** How much of the training is over, each 0 … 1. */
  readonly progress?: readonly number[];
  /** What a difference may be, as a part of the steepest slope. */
  readonly tolerance?: number;
}

/** A slope that agrees with its function. */
export interface SlopeCheck {
  /** Points compared, over all progresses. */
  readonly compared: number;
  /** Points left out, where the function bends or jumps. */
  readonly kinks: number;
  readonly largestDifference: number;
}

/** Steps of the difference quotient: small against every kink's distance, large against the rounding of float64. */
const step = 1e-5;

/**
 * Compares a slope with the derivative of the function that sign is pretended to be.
 *
 * at(x) = (f(x + h) − f(x − h)) / 2h, h = 1e-5, in float64; points where the quotients of both sides differ are kinks
 *
 * @param slope - which, or its name
 * @param pretended - f(x, progress); the slope's own `pretends` where it is left out
 * @param grid - where; 601 points from −3 to 3 at progress 0, ½ and 1
 * @returns how many points were compared, and how they agree
 * @throws ConfigError if the slope is wrong somewhere, with the numbers, or if there is no such slope or no function to compare with
 */
export function checkSlope(
  slope: Slope | SlopeName,
  pretended?: (x: number, progress: number) => number,
  { from = -3, to = 3, points = 601, progress = [0, 0.5, 1], tolerance = 1e-3 }: SlopeGrid = {},
): SlopeCheck {
  const { at, pretends } = slopeOf(slope);
  const f = pretended ?? pretends;
  if (!f) throw new ConfigError("This slope does not say what it pretends. Pass the function, or give it `pretends`.");
  if (!(points >= 2 && to > from)) throw new ConfigError("Pass a grid of at least two points from `from` up to `to`.");
  const xs = Float32Array.from({ length: points }, (_, i) => from + ((to - from) * i) / (points - 1));
  let [compared, kinks, largestDifference] = [0, 0, 0];
  for (const p of progress) {
    const given = tf.tidy(() => at(tf.tensor1d(xs), p).dataSync());
    if (given.length !== points) {
      throw new ConfigError(`A slope keeps the shape of x: expected ${points} numbers, got ${given.length}.`);
    }
    const rows = Array.from(xs, (x, i) => ({ x, given: given[i], expected: derivative((u) => f(u, p), x) }));
    const smooth = rows.flatMap(({ expected, ...row }) => (expected === undefined ? [] : [{ ...row, expected }]));
    if (smooth.length < points / 2) {
      throw new ConfigError(`The pretended function bends or jumps at ${points - smooth.length} of ${points} points.`);
    }
    const steepest = Math.max(...smooth.map(({ expected }) => Math.abs(expected)), 1e-3);
    const differences = smooth.map((row) => ({ ...row, difference: Math.abs(row.given - row.expected) }));
    // A difference that is not a number is wrong too.
    const wrong = differences.filter(({ difference }) => !(difference <= tolerance * steepest));
    if (wrong.length > 0) throw new ConfigError(describeWrong(wrong, smooth.length, p));
    compared += smooth.length;
    kinks += points - smooth.length;
    largestDifference = Math.max(largestDifference, ...differences.map(({ difference }) => difference));
  }
  return { compared, kinks, largestDifference };
}

/** The derivative of f at x; undefined where f bends or jumps, so that it has none. */
function derivative(f: (x: number) => number, x: number): number | undefined {
  const [before, here, after] = [f(x - step), f(x), f(x + step)];
  const [left, right] = [(here - before) / step, (after - here) / step];
  return Math.abs(left - right) > 0.01 * Math.max(1, Math.abs(left), Math.abs(right)) ? undefined : (left + right) / 2;
}

interface Wrong {
  readonly x: number;
  readonly given: number;
  readonly expected: number;
  readonly difference: number;
}

function describeWrong(wrong: readonly Wrong[], compared: number, progress: number): string {
  const worst = wrong.reduce((a, b) => (a.difference >= b.difference || Number.isNaN(a.difference) ? a : b));
  const number = (value: number) => `${Number(value.toPrecision(4))}`;
  return (
    `The slope is not the derivative of what is pretended at ${wrong.length} of ${compared} points (progress ${progress}), ` +
    `from x = ${number(wrong[0].x)} to ${number(wrong[wrong.length - 1].x)}. ` +
    `Worst at x = ${number(worst.x)}: the slope gives ${number(worst.given)}, the function has ${number(worst.expected)}.`
  );
}
