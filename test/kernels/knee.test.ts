import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference-rows";
import { Arena, normals, worstError } from "./arena";
import { both } from "./scalar-tiers";

describe.each([1, 3, 4, 31, 32, 33, 63, 64, 65, 127, 128, 129])("%i channels:", (width) => {
  const random = new Random(width, 3);
  const rows = 5;
  const [x, dy, place, slope, offset] = [rows * width, rows * width, width, width, width].map((count) =>
    normals(random, count),
  );
  for (let i = 0; i < width; i += 3) x[i] = place[i]; // on the knee, which belongs to the lower line

  test("values are the same bits in both tiers, within 1e-6", () => {
    const [scalar, simd] = both((kernels, arena) => {
      const [from, knee, own, shift] = [x, place, slope, offset].map((values) => arena.put(values));
      const y = arena.room(x.length);
      kernels.knee({ x: from, knee, slope: own, offset: shift, y, rows, width });
      return arena.read(y, x.length);
    });
    expect(scalar).toEqual(simd);
    expect(worstError(simd, reference.knee(x, place, slope, offset))).toBeLessThan(1e-6);
  });

  test("gradients within 1e-5", () => {
    const arena = new Arena();
    const [upstream, from, knee, own] = [dy, x, place, slope].map((values) => arena.put(values));
    const [dx, dknee, dslope, doffset] = [x.length, width, width, width].map((count) => arena.room(count));
    arena.kernels.kneeGrad({ dy: upstream, x: from, knee, slope: own, dx, dknee, dslope, doffset, rows, width });
    expect(arena.intact()).toBe(true);
    const expected = reference.kneeGrad(dy, x, place, slope);
    expect(worstError(arena.read(dx, x.length), expected.dx)).toBeLessThan(1e-6);
    expect(worstError(arena.read(dknee, width), expected.dknee)).toBeLessThan(1e-5);
    expect(worstError(arena.read(dslope, width), expected.dslope)).toBeLessThan(1e-5);
    expect(worstError(arena.read(doffset, width), expected.doffset)).toBeLessThan(1e-5);
  });
});

test("the reference's gradients are the differences of its values", () => {
  const random = new Random(9);
  const [x, dy, place, slope, offset] = [12, 12, 4, 4, 4].map((count) => Float64Array.from(normals(random, count)));
  const loss = () => reference.knee(x, place, slope, offset).reduce((sum, y, i) => sum + y * dy[i], 0);
  const { dx, dknee, dslope, doffset } = reference.kneeGrad(dy, x, place, slope);
  for (const [values, gradient] of [
    [x, dx],
    [place, dknee],
    [slope, dslope],
    [offset, doffset],
  ]) {
    for (let i = 0; i < values.length; i++) {
      const [middle, step] = [values[i], 1e-6];
      values[i] = middle + step;
      const above = loss();
      values[i] = middle - step;
      const below = loss();
      values[i] = middle;
      expect((above - below) / (2 * step)).toBeCloseTo(gradient[i], 5);
    }
  }
});

test("NaN stays NaN", () => {
  const [scalar, simd] = both((kernels, arena) => {
    const [x, row, y] = [arena.put([Number.NaN, 1]), arena.put([0.5, 0.5]), arena.room(2)];
    kernels.knee({ x, knee: row, slope: row, offset: row, y, rows: 1, width: 2 });
    return arena.read(y, 2);
  });
  expect([...scalar, ...simd]).toEqual([Number.NaN, 1, Number.NaN, 1]);
});
