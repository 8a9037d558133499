import { type Box, plainWidth } from "./text-box";

/** A point that wants a label, pixels. */
export interface LabelPoint {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** Where a label goes: its centre, relative to its point; y grows downwards, pixels. */
export interface LabelPlace {
  readonly dx: number;
  readonly dy: number;
  /** Right beside its point, so that no line need join them. */
  readonly isNear: boolean;
}

/** Room a marker takes around its point, pixels. */
const markerRadius = 9;

/**
 * Finds places for labels next to their points, so that they cover neither each other nor a point.
 *
 * Greedy: the points with the closest neighbours choose first, each the nearest of 16 directions × 6 distances with
 * the least overlap.
 *
 * @param points - points and texts
 * @param fontSize - of the labels, pixels
 * @param area - where labels may be
 * @param obstacles - boxes that labels should not cover, such as error bars
 * @param crowd - many points close together: labels may be farther away, and keep clear of the lines to the others
 * @returns a place for each point
 */
export function placeLabels(
  points: readonly LabelPoint[],
  fontSize: number,
  area: Box,
  obstacles: readonly Box[] = [],
  crowd = false,
): LabelPlace[] {
  const markers = points.map(({ x, y }) => around(x, y, 2 * markerRadius, 2 * markerRadius));
  const taken = [...markers, ...obstacles];
  const places: LabelPlace[] = [];
  const labels: Box[] = [];
  const crowding = points.map((p) =>
    points.reduce((sum, q) => sum + (p === q ? 0 : 1 / (1 + Math.hypot(p.x - q.x, p.y - q.y))), 0),
  );
  const order = points.map((_, i) => i).sort((i, j) => crowding[j] - crowding[i] || i - j);
  for (const i of order) {
    const { x, y, text } = points[i];
    const [width, height] = [plainWidth(text, fontSize) + 6, fontSize * 1.3];
    let best: LabelPlace = { dx: 0, dy: 0, isNear: true };
    let lowest = Number.POSITIVE_INFINITY;
    for (const place of candidates(width, height, crowd ? [...distances, 110, 150, 200] : distances)) {
      const { dx, dy } = place;
      const box = around(x + dx, y + dy, width, height);
      const covered = taken.reduce((sum, other) => sum + overlap(box, other), 0);
      const outside = width * height - overlap(box, area);
      const line = crowd ? lineTo(x, y, place) : [];
      const crossed = [...labels, ...(crowd ? markers.filter((_, j) => j !== i) : [])].reduce(
        (sum, other) => sum + covers(line, other),
        0,
      );
      const cost = covered + 4 * outside + 40 * crossed + Math.hypot(dx / width, dy / height) + Math.abs(dy) / 10;
      if (cost < lowest) [best, lowest] = [place, cost];
    }
    places[i] = best;
    const label = around(x + best.dx, y + best.dy, width, height);
    taken.push(label);
    if (crowd) {
      labels.push(label);
      taken.push(...lineTo(x, y, best));
    }
  }
  return places;
}

/**
 * What is wrong with places: two labels that cover each other, a label that covers another point or leaves the area, a
 * line to a label that runs across another label or point.
 *
 * @param points - points and texts
 * @param places - of `placeLabels`
 * @param fontSize - of the labels, pixels
 * @param area - where labels may be
 * @returns how many such conflicts there are
 */
export function labelConflicts(
  points: readonly LabelPoint[],
  places: readonly LabelPlace[],
  fontSize: number,
  area: Box,
): number {
  const boxes = points.map(({ x, y, text }, i) => labelBox(x, y, places[i], text, fontSize));
  const lines = points.map(({ x, y }, i) => lineTo(x, y, places[i]));
  const marks = points.map(({ x, y }) => around(x, y, markerRadius, markerRadius));
  const count = (is: (i: number, j: number) => boolean) =>
    points.reduce((sum, _, i) => sum + points.filter((_, j) => i !== j && is(i, j)).length, 0);
  return (
    count((i, j) => i < j && overlap(boxes[i], boxes[j]) > slight) +
    count((i, j) => overlap(boxes[i], marks[j]) > slight) +
    count((i, j) => covers(lines[i], boxes[j]) > 1 || covers(lines[i], marks[j]) > 0) +
    boxes.filter((box) => areaOf(box) - overlap(box, area) > slight).length
  );
}

/** Square pixels that nobody sees. */
const slight = 12;

const areaOf = ({ left, right, top, bottom }: Box): number => (right - left) * (bottom - top);

function labelBox(x: number, y: number, { dx, dy }: LabelPlace, text: string, fontSize: number): Box {
  const width = plainWidth(text, fontSize);
  return around(x + dx, y + dy, width, fontSize);
}

/** How far labels are from their points, beyond the nearest, pixels. */
const distances = [0, 12, 26, 42, 60, 80];

/** Small boxes along the line that joins a label to its point; none if no line does. */
function lineTo(x: number, y: number, { dx, dy, isNear }: LabelPlace): Box[] {
  const steps = isNear ? 0 : Math.ceil(Math.hypot(dx, dy) / 8);
  return Array.from({ length: Math.max(0, steps - 3) }, (_, i) => {
    const share = (i + 2) / steps;
    return around(x + share * dx, y + share * dy, 6, 6);
  });
}

const covers = (boxes: readonly Box[], other: Box): number => boxes.filter((box) => overlap(box, other) > 0).length;

/** Right first, then round the clock, then the same farther away. */
function candidates(width: number, height: number, far: readonly number[]): LabelPlace[] {
  return far.flatMap((distance) =>
    Array.from({ length: 16 }, (_, k) => {
      const angle = (k * Math.PI) / 8;
      const reach = markerRadius + distance;
      return {
        dx: Math.cos(angle) * (reach + width / 2),
        dy: Math.sin(angle) * (reach + height / 2),
        isNear: distance === 0,
      };
    }),
  );
}

const around = (x: number, y: number, width: number, height: number): Box => ({
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
});

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}
