/** Steps of keys in a grid: to the right, down. */
const steps: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
  PageDown: [0, 8],
  PageUp: [0, -8],
  Home: [Number.NEGATIVE_INFINITY, 0],
  End: [Number.POSITIVE_INFINITY, 0],
};

/**
 * Where a key leads from a cell of a grid: no further than its edges.
 *
 * @param cell - row by row, from 0
 * @param count - of all cells
 * @returns a cell, or undefined if the key leads nowhere in any grid
 */
export function cellBy(key: string, cell: number, columns: number, count: number): number | undefined {
  if (!Object.hasOwn(steps, key)) return undefined;
  const [right, down] = steps[key];
  const [row, column] = [Math.floor(cell / columns), cell % columns];
  const within = (place: number, places: number) => Math.max(0, Math.min(places - 1, place));
  return within(row + down, count / columns) * columns + within(column + right, columns);
}

/** @returns where a cell is, as it is spoken, both from 1 */
export const placeOf = (cell: number, columns: number): string =>
  `row ${Math.floor(cell / columns) + 1}, column ${(cell % columns) + 1}`;
