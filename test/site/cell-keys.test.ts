import { expect, test } from "vitest";
import { cellBy, placeOf } from "../../site/browser/cell-keys";

test("keys go from cell to cell of a grid, and no further than its edges", () => {
  const [columns, count] = [5, 15];
  const from = (cell: number, ...keys: string[]) =>
    keys.reduce((at, key) => cellBy(key, at, columns, count) ?? Number.NaN, cell);
  expect(from(0, "ArrowRight", "ArrowRight", "ArrowDown")).toBe(7);
  expect(from(7, "ArrowLeft", "ArrowUp")).toBe(1);
  expect([from(4, "ArrowRight"), from(5, "ArrowLeft"), from(2, "ArrowUp"), from(12, "ArrowDown")]).toEqual([
    4, 5, 2, 12,
  ]);
  expect([from(7, "Home"), from(7, "End"), from(7, "PageUp"), from(7, "PageDown")]).toEqual([5, 9, 2, 12]);
  for (const key of ["Tab", "Enter", "a", "toString"]) expect(cellBy(key, 7, columns, count), key).toBeUndefined();
});

test("a place is spoken by row and column, from 1", () => {
  expect([placeOf(0, 192), placeOf(2 * 192 + 16, 192)]).toEqual(["row 1, column 1", "row 3, column 17"]);
});
