import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import type { KernelModule, Pointer } from "../../lib/kernels/module";
import * as reference from "../../lib/kernels/reference";
import { Arena, normals, worstError } from "./arena";

/** Runs y = f(x), or with `dy` its gradient, on values of any number. */
function apply(
  x: ArrayLike<number>,
  run: (kernels: KernelModule, x: Pointer, y: Pointer, dy: Pointer) => void,
  dy: ArrayLike<number> = [],
) {
  const arena = new Arena();
  const [at, upstream, to] = [arena.put(x), arena.put(dy), arena.room(x.length)];
  run(arena.kernels, at, to, upstream);
  expect(arena.intact()).toBe(true);
  return arena.read(to, x.length);
}

const sweep = Float32Array.from({ length: 48_001 }, (_, i) => (i - 24_000) / 2000); // -12 … 12
const ones = new Float32Array(sweep.length).fill(1);
const largestGap = (got: Float32Array, expected: Float64Array) =>
  got.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);

describe("gelu", () => {
  test("absolute error below 2e-6 everywhere, value and slope", () => {
    const value = apply(sweep, (kernels, x, y) => kernels.gelu({ x, y, count: sweep.length }));
    const slope = apply(sweep, (kernels, x, dx, dy) => kernels.geluGrad({ dy, x, dx, count: sweep.length }), ones);
    expect(largestGap(value, reference.gelu(sweep))).toBeLessThan(2e-6);
    expect(largestGap(slope, reference.geluGrad(ones, sweep))).toBeLessThan(2e-6);
  });

  test("far out it is x or 0; NaN stays NaN", () => {
    const x = [-1e30, -40, 40, 1e30, Number.NaN, 0];
    const y = apply(x, (kernels, at, to) => kernels.gelu({ x: at, y: to, count: x.length }));
    expect([...y.slice(0, 4)]).toEqual([-0, -0, 40, Math.fround(1e30)].map((value) => expect.closeTo(value, 20)));
    expect(y[4]).toBeNaN();
    expect(y[5]).toBe(0);
  });

  test.each([1, 3, 31, 33, 65, 127])("%i elements", (count) => {
    const random = new Random(count);
    const [x, dy] = [normals(random, count), normals(random, count)];
    const dx = apply(x, (kernels, at, to, upstream) => kernels.geluGrad({ dy: upstream, x: at, dx: to, count }), dy);
    expect(worstError(dx, reference.geluGrad(dy, x))).toBeLessThan(5e-6);
    const y = apply(x, (kernels, at, to) => kernels.gelu({ x: at, y: to, count }));
    expect(worstError(y, reference.gelu(x))).toBeLessThan(2e-6);
  });
});

describe("sign", () => {
  test("is +1 at both zeros and exact elsewhere; NaN stays NaN", () => {
    const x = [0, -0, 1, -1, 1e-40, -1e-40, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN];
    const y = apply(x, (kernels, at, to) => kernels.sign({ x: at, y: to, count: x.length }));
    expect([...y]).toEqual([1, 1, 1, -1, 1, -1, 1, -1, Number.NaN]);
  });

  test.each(["identity", "clip", "approx", "swish"] as const)("%s pseudo-gradient within 2e-6", (form) => {
    const code = { identity: 0, clip: 1, approx: 2, swish: 3 }[form];
    const edges = [-1, 1, 0, -0, 40, -40, Math.fround(1.0000001), Math.fround(-1.0000001)];
    for (const x of [sweep, edges, sweep.subarray(0, 3), sweep.subarray(5, 68)]) {
      const dy = normals(new Random(x.length), x.length);
      const dx = apply(
        x,
        (kernels, at, to, upstream) => kernels.signGrad({ dy: upstream, x: at, dx: to, count: x.length, form: code }),
        dy,
      );
      expect(worstError(dx, reference.signGrad(dy, x, form))).toBeLessThan(5e-6);
    }
  });
});
