import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference";
import { Arena, normals, worstError } from "./arena";

const awkward = [1, 3, 4, 8, 31, 32, 33, 63, 64, 65, 127, 128, 129];
// K sums of products of normal numbers in float32: rounding grows like √K.
const tolerance = 2e-5;

interface Case {
  m: number;
  n: number;
  k: number;
  transposeA?: boolean;
  transposeB?: boolean;
  bias?: boolean;
  batch?: number;
}

function run({ m, n, k, transposeA, transposeB, bias, batch = 1 }: Case, seed = 1) {
  const random = new Random(seed, m, n, k);
  const arena = new Arena();
  const [a, b, row] = [normals(random, batch * m * k), normals(random, batch * k * n), normals(random, n)];
  const [at, from, offset] = [arena.put(a), arena.put(b), bias ? arena.put(row) : 0];
  const to = arena.room(batch * m * n);
  const scratch = arena.room(Math.ceil(arena.kernels.gemmScratch({ n, k }) / 4));
  arena.kernels.gemm({ a: at, b: from, bias: offset, c: to, batch, m, n, k, transposeA, transposeB, scratch });
  const expected = Array.from({ length: batch }, (_, i) => {
    const [left, right] = [a.subarray(i * m * k, (i + 1) * m * k), b.subarray(i * k * n, (i + 1) * k * n)];
    return [...reference.gemm(left, right, [m, n, k], { transposeA, transposeB, bias: bias ? row : undefined })];
  }).flat();
  expect(arena.intact()).toBe(true);
  return { got: arena.read(to, batch * m * n), expected, a, b };
}

describe.each([
  ["A B", false, false],
  ["Aᵀ B", true, false],
  ["A Bᵀ", false, true],
  ["Aᵀ Bᵀ", true, true],
])("gemm %s", (_, transposeA, transposeB) => {
  test("awkward sizes in mixed order", () => {
    const random = new Random(2);
    const pick = () => awkward[random.integer(awkward.length)];
    for (const size of awkward) {
      for (const [m, n, k] of [
        [size, pick(), pick()],
        [pick(), size, pick()],
        [pick(), pick(), size],
      ]) {
        const { got, expected } = run({ m, n, k, transposeA, transposeB });
        expect(worstError(got, expected), `${m}×${k}·${k}×${n}`).toBeLessThan(tolerance);
      }
    }
  });

  test("more than one block of K and of M, with a bias", () => {
    const { got, expected } = run({ m: 70, n: 13, k: 515, transposeA, transposeB, bias: true });
    expect(worstError(got, expected)).toBeLessThan(tolerance);
  });

  test("batches", () => {
    const { got, expected } = run({ m: 5, n: 17, k: 9, batch: 3, transposeA, transposeB });
    expect(worstError(got, expected)).toBeLessThan(tolerance);
  });
});

test("bias is added to every row, edges included", () => {
  const { got, expected } = run({ m: 7, n: 11, k: 3, bias: true });
  expect(worstError(got, expected)).toBeLessThan(tolerance);
});

test("small integers are exact", () => {
  const random = new Random(3);
  const arena = new Arena();
  const [m, n, k] = [33, 31, 300];
  const [a, b] = [m * k, k * n].map((count) => Float32Array.from({ length: count }, () => random.integer(9) - 4));
  const [at, from, to] = [arena.put(a), arena.put(b), arena.room(m * n)];
  const scratch = arena.room(Math.ceil(arena.kernels.gemmScratch({ n, k }) / 4));
  arena.kernels.gemm({ a: at, b: from, c: to, batch: 1, m, n, k, scratch });
  expect([...arena.read(to, m * n)]).toEqual([...reference.gemm(a, b, [m, n, k])]);
});

test("a row's result does not depend on how many rows there are, bit for bit", () => {
  const [n, k] = [20, 300];
  const random = new Random(4);
  const [a, b] = [normals(random, 67 * k), normals(random, k * n)];
  const product = (rows: number) => {
    const arena = new Arena();
    const [at, from, to] = [arena.put(a.subarray(0, rows * k)), arena.put(b), arena.room(rows * n)];
    const scratch = arena.room(Math.ceil(arena.kernels.gemmScratch({ n, k }) / 4));
    arena.kernels.gemm({ a: at, b: from, c: to, batch: 1, m: rows, n, k, scratch });
    return arena.read(to, rows * n);
  };
  const whole = product(67);
  for (const rows of [1, 3, 5, 66]) expect(product(rows)).toEqual(whole.subarray(0, rows * n));
});
