import { textSize } from "./heading";
import { type LabelPlace, labelConflicts, placeLabels } from "./label-places";
import type { Box } from "./text-box";

/** A configuration's point with its interval, each a share of the plot area from its lower left corner, and its label. */
export interface SharePoint {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  /** A line across the whole area goes through it. */
  readonly isLine: boolean;
}

/** Labels in their places, and what else than the given size they would need, pixels. */
export interface FittedLabels {
  readonly places: readonly LabelPlace[];
  readonly missing: { readonly width: number; readonly height: number };
}

/** Steps in which a larger area is sought, and how many times as large; where that is not enough it is said all the same. */
const [step, most] = [1.08, 4] as const;

/**
 * Places labels at points of a plot area. Where they or the lines to them cover each other or another point, a larger area
 * is sought: a higher one, a wider one, or both.
 *
 * @param points - with labels
 * @param width - of the area, pixels
 * @param height - of the area, pixels
 * @param isCrowd - many points close together
 */
export function fitLabels(
  points: readonly SharePoint[],
  width: number,
  height: number,
  isCrowd: boolean,
): FittedLabels {
  const { places, conflicts } = placedIn(points, width, height, isCrowd);
  if (conflicts === 0) return { places, missing: { width: 0, height: 0 } };
  for (const [wider, higher] of [
    [0, 1],
    [1, 0],
    [1, 1],
  ]) {
    for (let factor = step; factor < most; factor *= step) {
      const [w, h] = [wider ? factor * width : width, higher ? factor * height : height];
      if (placedIn(points, w, h, isCrowd).conflicts === 0) {
        return { places, missing: { width: Math.ceil(w - width), height: Math.ceil(h - height) } };
      }
    }
  }
  return { places, missing: { width: (most - 1) * width, height: (most - 1) * height } };
}

function placedIn(points: readonly SharePoint[], width: number, height: number, isCrowd: boolean) {
  const area: Box = { left: 0, right: width, top: 0, bottom: height };
  const inPixels = points.map(({ x, y, text }) => ({ text, x: x * width, y: (1 - y) * height }));
  const intervals = points.map(({ low, high }, i) => ({
    left: inPixels[i].x - 4,
    right: inPixels[i].x + 4,
    top: (1 - high) * height,
    bottom: (1 - low) * height,
  }));
  const lines = points.flatMap(({ isLine }, i) =>
    isLine ? [{ ...area, top: inPixels[i].y - 2, bottom: inPixels[i].y + 2 }] : [],
  );
  const obstacles = [...intervals, ...lines];
  const inWay = (crowd: boolean) => {
    const places = placeLabels(inPixels, textSize.label, area, obstacles, crowd);
    return { places, conflicts: labelConflicts(inPixels, places, textSize.label, area) };
  };
  const first = inWay(isCrowd);
  if (first.conflicts === 0 || isCrowd) return first;
  const again = inWay(true);
  return again.conflicts < first.conflicts ? again : first;
}
