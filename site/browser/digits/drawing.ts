/** A point of a drawing, in any unit: x to the right, y down. */
export type Point = readonly [x: number, y: number];
/** What was drawn without lifting the pen. */
export type Stroke = readonly Point[];

/** Cells of the fine grid that a drawing is put on, and of the coarse one that the model reads. */
const fine = 32;
const coarse = 8;
const perCell = fine / coarse;

/** Half the width of a stroke, in fine cells: as much ink as the data set's digits have. */
const radius = 2.7;

/**
 * A drawing as the digits of the data set were made: fitted to 32×32 cells that are ink or not, of which every 4×4 are counted.
 *
 * @param strokes - fitted as a whole, its proportions kept, so that place and size do not matter
 * @returns 0 … 16 for each of 8×8 cells, row by row; all 0 of no drawing
 *
 * Reference: Alpaydin and Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository, 1998.
 */
export function digitPixels(strokes: readonly Stroke[]): Uint8Array {
  const pixels = new Uint8Array(coarse * coarse);
  const fitted = fit(strokes.filter((stroke) => stroke.length > 0));
  for (let y = 0; y < fine; y++) {
    for (let x = 0; x < fine; x++) {
      if (fitted.some((stroke) => isInk(stroke, x + 0.5, y + 0.5))) {
        pixels[coarse * Math.floor(y / perCell) + Math.floor(x / perCell)]++;
      }
    }
  }
  return pixels;
}

/** In the middle of the fine grid, and as large as it can be. */
function fit(strokes: readonly Stroke[]): Stroke[] {
  const [xs, ys] = [0, 1].map((axis) => strokes.flatMap((stroke) => stroke.map((point) => point[axis])));
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const size = Math.max(right - left, bottom - top);
  const scale = size > 0 ? (fine - 2 * radius) / size : 1; // a dot stays one
  const place = (value: number, low: number, high: number) => fine / 2 + scale * (value - (low + high) / 2);
  return strokes.map((stroke) => stroke.map(([x, y]): Point => [place(x, left, right), place(y, top, bottom)]));
}

const isInk = (stroke: Stroke, x: number, y: number): boolean =>
  stroke.some((point, i) => distance(x, y, stroke[Math.max(0, i - 1)], point) <= radius);

/** From a point to a line between two others. */
function distance(x: number, y: number, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length > 0 ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
}
