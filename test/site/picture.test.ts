import { expect, test } from "vitest";
import { averaged, middleSquare, opaque } from "../../site/browser/picture/squares";

test("the middle square of a picture lies in it, whichever side is longer", () => {
  expect(middleSquare(400, 300)).toEqual({ x: 50, y: 0, size: 300 });
  expect(middleSquare(300, 401)).toEqual({ x: 0, y: 50, size: 300 });
  expect(middleSquare(7, 7)).toEqual({ x: 0, y: 0, size: 7 });
});

test("a pixel is the mean of those it stands for; what is not opaque is on white", () => {
  // Two by two pixels from four by four: red rises by column, green by row, blue is 9; the last quarter is clear.
  const rgba = Array.from({ length: 16 }, (_, i) => [
    10 * (i % 4),
    20 * Math.floor(i / 4),
    9,
    i % 4 > 1 && i > 7 ? 0 : 255,
  ]);
  expect([...averaged(rgba.flat(), 4, 2)]).toEqual([5, 10, 9, 25, 10, 9, 5, 50, 9, 255, 255, 255]);
  expect([...averaged([200, 100, 0, 51], 1, 1)]).toEqual([244, 224, 204]);
  expect(() => averaged([], 5, 2)).toThrow("5 pixels do not make 2");
});

test("the pixels a model sees can be shown again", () => {
  expect([...opaque(new Uint8Array([1, 2, 3, 4, 5, 6]))]).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
});
