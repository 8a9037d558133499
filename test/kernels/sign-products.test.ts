import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference";
import { Arena, normals, worstError } from "./arena";

const sizes = [1, 3, 31, 32, 33, 63, 64, 65, 127, 128, 129] as const;
const shapes = sizes.map((m, i) => [m, sizes[(i * 7 + 3) % sizes.length], sizes[(i * 4 + 6) % sizes.length]] as const);
const wide = [
  [300, 70, 1000],
  [257, 130, 160],
  [70, 9, 2100],
] as const;

const words = (signs: number): number => Math.ceil(signs / 32);

// Floats with exact zeros of both kinds, which are +1.
function floats(random: Random, count: number): Float32Array {
  return normals(random, count).map((value, i) => (i % 7 === 3 ? 0 : i % 11 === 5 ? -0 : value));
}

function xnor(x: Float32Array, w: Float32Array, [m, n, k]: readonly [number, number, number], factors: Float32Array[]) {
  const arena = new Arena();
  const { kernels } = arena;
  const [xAt, wAt] = [arena.put(x), arena.put(w)];
  const [bits, columns] = [arena.room(m * words(k)), arena.room(n * words(k))];
  const panels = arena.room(kernels.panelBytes({ n, k }) / 4);
  const [y, scratch] = [arena.room(m * n), arena.room(kernels.xnorGemmScratch() / 4)];
  const [alpha, token, bias, residual] = Array.from({ length: 4 }, (_, i) => (factors[i] ? arena.put(factors[i]) : 0));
  expect(kernels.packSigns({ x: xAt, signs: bits, rows: m, k })).toBe(0);
  expect(kernels.packColumns({ x: wAt, signs: columns, k, n })).toBe(0);
  kernels.interleaveSigns({ signs: columns, panels, n, k });
  kernels.xnorGemm({ a: bits, panels, y, m, n, k, stride: n, alpha, token, bias, residual, scratch });
  expect(arena.intact()).toBe(true);
  return arena.read(y, m * n);
}

describe.each([...shapes, ...wide])("%i × %i of %i signs", (m, n, k) => {
  const random = new Random(m, n * 1000 + k);
  const [x, w, dy] = [floats(random, m * k), floats(random, k * n), normals(random, m * n)];
  const [alpha, token, bias] = [normals(random, n), normals(random, m), normals(random, n)];
  const [sx, sw] = [reference.sign(x), reference.sign(w)];

  test("the product is the exact integer, by tables and by popcount", () => {
    expect(xnor(x, w, [m, n, k], [])).toEqual(Float32Array.from(reference.gemm(sx, sw, [m, n, k])));
  });

  test("scales, bias and residual are applied in the order documented, bit for bit", () => {
    const f = Math.fround;
    const expected = reference.gemm(sx, sw, [m, n, k]).map((acc, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      return f(dy[at] + f(f(f(f(acc) * alpha[j]) * token[i]) + bias[j]));
    });
    expect(xnor(x, w, [m, n, k], [alpha, token, bias, dy])).toEqual(Float32Array.from(expected));
  });

  test("the input gradient, within 1e-5 of the float product", () => {
    const arena = new Arena();
    const { kernels } = arena;
    const [dyAt, xAt, wAt, alphaAt, tokenAt] = [dy, x, w, alpha, token].map((values) => arena.put(values));
    const [bits, dx] = [arena.room(k * words(n)), arena.room(m * k)];
    const scratch = arena.room(Math.ceil(kernels.floatBySignsScratch({ n: k, k: n }) / 4));
    kernels.packSigns({ x: wAt, signs: bits, rows: k, k: n });
    kernels.signLinearInputGrad({
      dy: dyAt,
      signs: bits,
      x: xAt,
      dx,
      m,
      n: k,
      k: n,
      alpha: alphaAt,
      token: tokenAt,
      form: 2,
      scratch,
    });
    expect(arena.intact()).toBe(true);
    const scaled = dy.map((value, at) => Math.fround(value * alpha[at % n]));
    const product = reference.gemm(scaled, sw, [m, k, n], { transposeB: true });
    const expected = product.map(
      (value, at) => value * token[Math.floor(at / k)] * reference.pseudoSlope(x[at], "approx"),
    );
    expect(worstError(arena.read(dx, m * k), expected)).toBeLessThan(1e-5);
  });

  test("the weight gradient, within 1e-5 of the float product", () => {
    const arena = new Arena();
    const { kernels } = arena;
    const [xAt, dyAt, tokenAt] = [x, dy, token].map((values) => arena.put(values));
    const g = arena.room(k * n);
    const scratch = arena.room(Math.ceil(kernels.signsByFloatScratch({ m, inputs: k }) / 4));
    expect(kernels.signsByFloat({ x: xAt, dy: dyAt, g, m, inputs: k, outputs: n, token: tokenAt, scratch })).toBe(0);
    expect(arena.intact()).toBe(true);
    const scaled = dy.map((value, at) => Math.fround(value * token[Math.floor(at / n)]));
    const expected = reference.gemm(sx, scaled, [k, n, m], { transposeA: true });
    expect(worstError(arena.read(g, k * n), expected)).toBeLessThan(1e-5);
  });
});

test.each([0, 31, 32, 40])("a NaN at %i of 41 is found, by rows, by columns and by the gradient", (at) => {
  const x = normals(new Random(5), 41);
  x[at] = Number.NaN;
  const arena = new Arena();
  const { kernels } = arena;
  const [xAt, bits] = [arena.put(x), arena.room(41)];
  expect(kernels.packSigns({ x: xAt, signs: bits, rows: 1, k: 41 })).toBe(1);
  expect(kernels.packColumns({ x: xAt, signs: bits, k: 1, n: 41 })).toBe(1);
  const [dy, g] = [arena.put(x.slice(0, 1)), arena.room(41)];
  const scratch = arena.room(Math.ceil(kernels.signsByFloatScratch({ m: 1, inputs: 41 }) / 4));
  expect(kernels.signsByFloat({ x: xAt, dy, g, m: 1, inputs: 41, outputs: 1, scratch })).toBe(1);
});
