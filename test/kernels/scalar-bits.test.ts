import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import type { InferenceKernels } from "../../lib/kernels/module";
import * as reference from "../../lib/kernels/reference-bits";
import { type Arena, normals, worstError } from "./arena";
import { asFloats, asWords, both, plainRows, scratch } from "./scalar-tiers";

const lengths = [1, 3, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1030];
const rowCounts = [1, 3, 8, 33];
/** Few rows and many, which the SIMD form counts in two ways. */
const products = [
  [1, 1],
  [3, 7],
  [8, 8],
  [33, 65],
  [63, 9],
  [64, 1],
  [65, 65],
  [259, 7],
];

/** Floats with zeros of both signs among them, so that their sign is seen to be +1. */
function withZeros(random: Random, count: number): Float32Array {
  return normals(random, count).map((value) => (random.integer(5) > 0 ? value : random.integer(2) > 0 ? 0 : -0));
}

/** Packs b and puts it into panels, as an engine does with its weights. */
function panels(kernels: InferenceKernels, arena: Arena, b: Float32Array, n: number, k: number): number {
  const to = scratch(arena, kernels.panelBytes({ n, k }));
  kernels.interleaveSigns({ signs: arena.put(asFloats(plainRows(b, n, k))), panels: to, n, k });
  return to;
}

describe.each(lengths)("signs in rows of %i:", (k) => {
  test("packing and panels are the same bits in all tiers", () => {
    for (const rows of rowCounts) {
      const x = withZeros(new Random(k, rows), rows * k);
      const expected = plainRows(x, rows, k);
      const [scalar, simd] = both((kernels, arena) => {
        const signs = arena.room(expected.length);
        expect(kernels.packSigns({ x: arena.put(x), signs, rows, k })).toBe(0);
        expect(asWords(arena.read(signs, expected.length))).toEqual(expected);
        return arena.read(panels(kernels, arena, x, rows, k), kernels.panelBytes({ n: rows, k }) / 4);
      });
      expect(asWords(scalar)).toEqual(asWords(simd));
    }
  });

  test("with thresholds a bit is the sign of x − τ, in both tiers", () => {
    for (const rows of rowCounts) {
      const random = new Random(k, rows, 4);
      const [x, thresholds] = [withZeros(random, rows * k), withZeros(random, k)];
      // Equal, and apart by the least that there is: −1e-45 − 0 is negative.
      for (let j = 0; j < k; j += 3) x[j] = thresholds[j];
      for (let j = 1; j < k; j += 5) [x[j], thresholds[j]] = [-1e-45, j % 2 ? 0 : -0];
      const off = x.map((value, at) => value - thresholds[at % k]);
      const expected = plainRows(off, rows, k);
      both((kernels, arena) => {
        const signs = arena.room(expected.length);
        const pointers = { x: arena.put(x), signs, thresholds: arena.put(thresholds) };
        expect(kernels.packSigns({ ...pointers, rows, k })).toBe(0);
        expect(asWords(arena.read(signs, expected.length))).toEqual(expected);
        return x;
      });
      for (const [values, nan] of [
        [x, rows * k - 1],
        [thresholds, k - 1],
      ] as const) {
        const odd = values.map((value, at) => (at === nan ? Number.NaN : value));
        both((kernels, arena) => {
          const signs = arena.room(expected.length);
          const [from, taus] = [values === x ? odd : x, values === x ? thresholds : odd].map((v) => arena.put(v));
          expect(kernels.packSigns({ x: from, signs, rows, k, thresholds: taus })).toBe(1);
          return x;
        });
      }
    }
  });

  test("packing reports a NaN wherever it is", () => {
    for (const at of [0, k >> 1, 2 * k - 1]) {
      const x = normals(new Random(k), 2 * k);
      x[at] = Number.NaN;
      both((kernels, arena) => {
        const signs = arena.room(2 * Math.ceil(k / 32));
        expect(kernels.packSigns({ x: arena.put(x), signs, rows: 2, k })).toBe(1);
        return x;
      });
    }
  });

  test("products are the same integers in all tiers", () => {
    for (const [m, n] of products) {
      const random = new Random(k, m, n);
      const [a, b] = [withZeros(random, m * k), withZeros(random, n * k)];
      const [scalar, simd] = both((kernels, arena) => {
        const y = arena.room(m * n);
        const [rows, from] = [arena.put(asFloats(plainRows(a, m, k))), panels(kernels, arena, b, n, k)];
        kernels.xnorGemm({
          a: rows,
          panels: from,
          y,
          m,
          n,
          k,
          stride: n,
          scratch: scratch(arena, kernels.xnorGemmScratch()),
        });
        return arena.read(y, m * n);
      });
      expect([...scalar]).toEqual([...reference.signProduct(a, b, [m, n, k])]);
      expect(simd).toEqual(scalar);
    }
  });

  test("finished products are the same floats in both tiers, within 1e-5 of the reference, with and without each step", () => {
    for (const [m, n] of [
      [3, 7],
      [67, 65],
    ]) {
      const random = new Random(k, m, n, 1);
      const [a, b, alpha, token, bias, residual] = [m * k, n * k, n, m, n, m * n].map((count) =>
        normals(random, count),
      );
      for (const steps of m > 3 ? [15] : Array(16).keys()) {
        const step = (bit: number, values: Float32Array) => ((steps >> bit) & 1 ? values : undefined);
        const finish = {
          alpha: step(0, alpha),
          token: step(1, token),
          bias: step(2, bias),
          residual: step(3, residual),
        };
        const [scalar, simd] = both((kernels, arena) => {
          const y = arena.room(m * n);
          const [rows, from] = [arena.put(asFloats(plainRows(a, m, k))), panels(kernels, arena, b, n, k)];
          const [at, to, shift, base] = [finish.alpha, finish.token, finish.bias, finish.residual].map((values) =>
            values ? arena.put(values) : 0,
          );
          const work = scratch(arena, kernels.xnorGemmScratch());
          kernels.xnorGemm({
            a: rows,
            panels: from,
            y,
            m,
            n,
            k,
            stride: n,
            alpha: at,
            token: to,
            bias: shift,
            residual: base,
            scratch: work,
          });
          return arena.read(y, m * n);
        });
        expect(scalar).toEqual(simd);
        expect(worstError(scalar, reference.finish(reference.signProduct(a, b, [m, n, k]), n, finish))).toBeLessThan(
          1e-5,
        );
      }
    }
  });

  test("signs of finished products are those of the floats, and those of GELU of them", () => {
    for (const [m, n] of [
      [3, 7],
      [67, 65],
    ]) {
      const random = new Random(k, m, n, 2);
      const [a, b, alpha, token, bias] = [m * k, n * k, n, m, n].map((count) => normals(random, count));
      for (const gelu of [0, 1]) {
        for (const range of [0.5, 5]) {
          const [scalar, simd] = both((kernels, arena) => {
            const [rows, from] = [arena.put(asFloats(plainRows(a, m, k))), panels(kernels, arena, b, n, k)];
            const factors = [alpha.map((value) => range * value), token, bias].map((values) => arena.put(values));
            const [at, to, shift] = factors;
            const work = scratch(arena, kernels.xnorGemmScratch());
            const count = m * Math.ceil(n / 32);
            const [y, packed, direct] = [arena.room(m * n), arena.room(count), arena.room(count)];
            kernels.xnorGemm({
              a: rows,
              panels: from,
              y,
              m,
              n,
              k,
              stride: n,
              alpha: at,
              token: to,
              bias: shift,
              scratch: work,
            });
            if (gelu) kernels.gelu({ x: y, y, count: m * n });
            kernels.packSigns({ x: y, signs: packed, rows: m, k: n });
            kernels.xnorGemmSigns({
              a: rows,
              panels: from,
              signs: direct,
              m,
              n,
              k,
              alpha: at,
              token: to,
              bias: shift,
              scratch: work,
            });
            expect(asWords(arena.read(direct, count))).toEqual(asWords(arena.read(packed, count)));
            return arena.read(direct, count);
          });
          expect(asWords(scalar)).toEqual(asWords(simd));
        }
      }
    }
  });

  test("token scales and floats by signs are the same floats in both tiers, within 1e-5 of the reference", () => {
    for (const [m, n] of [
      [1, 3],
      [17, 33],
    ]) {
      const random = new Random(k, m, n, 3);
      const [f, b, inScale, alpha, bias, residual] = [m * k, n * k, k, n, n, m * n].map((count) =>
        normals(random, count),
      );
      const [scalar, simd] = both((kernels, arena) => {
        const [x, signs] = [arena.put(f), arena.put(asFloats(plainRows(b, n, k)))];
        const [y, token] = [arena.room(m * n), arena.room(m)];
        const [scale, factors, shift, base] = [inScale, alpha, bias, residual].map((values) => arena.put(values));
        kernels.tokenScale({ x, token, rows: m, k });
        const work = scratch(arena, kernels.floatBySignsScratch({ n, k }));
        kernels.floatBySigns({
          f: x,
          signs,
          y,
          m,
          n,
          k,
          inScale: scale,
          alpha: factors,
          token,
          bias: shift,
          residual: base,
          scratch: work,
        });
        return Float32Array.of(...arena.read(token, m), ...arena.read(y, m * n));
      });
      expect(scalar).toEqual(simd);
      const token = reference.tokenScale(f, k);
      const product = reference.floatBySigns(f, b, [m, n, k], inScale);
      const expected = reference.finish(product, n, { alpha, token, bias, residual });
      expect(worstError(scalar.subarray(0, m), token)).toBeLessThan(1e-5);
      expect(worstError(scalar.subarray(m), expected)).toBeLessThan(1e-5 * Math.sqrt(k));
    }
  });
});
