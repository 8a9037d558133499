import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import { type TokenGrid, tokenShift } from "../../lib/kernels/reference-token-shift";
import { Arena, normals, worstError } from "./arena";
import { both } from "./scalar-tiers";

const grids: Omit<TokenGrid, "width">[] = [
  { batch: 1, tokens: 4, rows: 2, columns: 2, distance: 1 },
  { batch: 3, tokens: 13, rows: 3, columns: 4, distance: 2 }, // five tokens of three rows
  { batch: 2, tokens: 19, rows: 4, columns: 4, distance: 3 }, // three tokens before the grid
  { batch: 2, tokens: 1, rows: 0, columns: 0, distance: 2 }, // none in a grid
];

describe.each(grids)("$batch × $tokens tokens, $rows × $columns by $distance,", (sizes) => {
  test.each([1, 2, 3, 4, 5, 9, 31, 32, 33, 63, 64, 65])("%i channels: both tiers round alike", (width) => {
    const grid = { ...sizes, width };
    const random = new Random(width, sizes.tokens);
    const [x, dy] = [0, 1].map(() => normals(random, sizes.batch * sizes.tokens * width));
    const [scale, offset] = [0, 1].map(() => normals(random, 3 * width));
    const expected = tokenShift(x, scale, offset, grid, dy);
    const [scalar, simd] = both((kernels, arena) => {
      const [from, factors, added, y] = [arena.put(x), arena.put(scale), arena.put(offset), arena.room(x.length)];
      kernels.tokenShift({ x: from, scale: factors, offset: added, y, scratch: arena.room(width), ...grid });
      return arena.read(y, x.length);
    });
    expect(scalar).toEqual(simd);
    expect(worstError(simd, expected.y)).toBeLessThan(1e-6);

    const [scalarBack, simdBack] = both((kernels, arena) => {
      const [from, factors, none] = [arena.put(dy), arena.put(scale), arena.put(Array(3 * width).fill(0))];
      const [dx, own] = [arena.room(x.length), arena.room(width)];
      const back = { ...grid, distance: -grid.distance };
      kernels.tokenShift({ x: from, scale: factors, offset: none, y: dx, scratch: own, ...back });
      return arena.read(dx, x.length);
    });
    expect(scalarBack).toEqual(simdBack);
    expect(worstError(simdBack, expected.dx)).toBeLessThan(1e-6);

    const arena = new Arena();
    const [up, from, dscale] = [arena.put(dy), arena.put(x), arena.room(3 * width)];
    arena.kernels.tokenShiftScaleGrad({ dy: up, x: from, dscale, scratch: arena.room(width), ...grid });
    expect(arena.intact()).toBe(true);
    expect(worstError(arena.read(dscale, 3 * width), expected.dscale)).toBeLessThan(1e-5);
  });
});

test("a token of equal numbers all around is exactly what it was", () => {
  const [width, sizes] = [6, { batch: 1, tokens: 9, rows: 3, columns: 3, width: 6, distance: 1 }];
  const x = new Float32Array(9 * width).fill(0.1);
  both((kernels, arena) => {
    const [ones, none] = [arena.put([...Array(6).fill(1), ...Array(12).fill(0)]), arena.put(Array(18).fill(0))];
    const y = arena.room(x.length);
    kernels.tokenShift({ x: arena.put(x), scale: ones, offset: none, y, scratch: arena.room(width), ...sizes });
    expect(arena.read(y, x.length)).toEqual(x);
    return x;
  });
});

test("the reference's gradients are the differences of its values", () => {
  const grid = { batch: 2, tokens: 7, rows: 2, columns: 3, width: 5, distance: 1 };
  const random = new Random(9);
  const [x, dy, scale, offset] = [70, 70, 15, 15].map((count) => Float64Array.from(normals(random, count)));
  const loss = () => tokenShift(x, scale, offset, grid).y.reduce((sum, y, i) => sum + y * dy[i], 0);
  const { dx, dscale, doffset } = tokenShift(x, scale, offset, grid, dy);
  for (const [values, gradient] of [
    [x, dx],
    [scale, dscale],
    [offset, doffset],
  ]) {
    for (let i = 0; i < values.length; i++) {
      const middle = values[i];
      values[i] = middle + 1e-4;
      const above = loss();
      values[i] = middle - 1e-4;
      const below = loss();
      values[i] = middle;
      expect((above - below) / 2e-4).toBeCloseTo(gradient[i], 6);
    }
  }
});
