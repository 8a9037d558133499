import { expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference";
import { Arena, normals } from "./arena";

const shapes = [
  [1, 1, 1],
  [3, 31, 2],
  [31, 3, 33],
  [65, 65, 32],
  [65, 32, 65],
  [64, 63, 129],
  [2, 129, 64],
  [7, 9, 2100],
] as const;

test.each(shapes)("batches of %i × %i products of %i signs are exact, B as it is and transposed", (m, n, k) => {
  for (const transposeB of [false, true]) {
    for (const batch of [1, 3]) {
      const random = new Random(m, n, k, batch);
      const [a, b] = [batch * m * k, batch * k * n].map((count) => normals(random, count).map((x) => (x < 0 ? -1 : 1)));
      const arena = new Arena();
      const y = arena.room(batch * m * n);
      const scratch = arena.room(Math.ceil(arena.kernels.signMatMulScratch({ m, n, k }) / 4));
      const pointers = { a: arena.put(a), b: arena.put(b), y, scratch };
      expect(arena.kernels.signMatMul({ ...pointers, batch, m, n, k, transposeB })).toBe(0);
      expect(arena.intact()).toBe(true);
      const expected = Array.from({ length: batch }, (_, i) => {
        const [left, right] = [a.subarray(i * m * k, (i + 1) * m * k), b.subarray(i * k * n, (i + 1) * k * n)];
        return [...reference.gemm(left, right, [m, n, k], { transposeB })];
      });
      expect([...arena.read(y, batch * m * n)]).toEqual(expected.flat());
    }
  }
});

test("a NaN in either of any product is found", () => {
  for (const transposeB of [false, true]) {
    for (const [which, at] of [
      [0, 17],
      [1, 0],
    ]) {
      const inputs = [new Float32Array(18).fill(1), new Float32Array(18).fill(-1)];
      inputs[which][at] = Number.NaN;
      const arena = new Arena();
      const [a, b] = inputs.map((values) => arena.put(values));
      const scratch = arena.room(Math.ceil(arena.kernels.signMatMulScratch({ m: 3, n: 3, k: 3 }) / 4));
      const sizes = { batch: 2, m: 3, n: 3, k: 3, transposeB };
      expect(arena.kernels.signMatMul({ a, b, y: arena.room(18), scratch, ...sizes })).toBe(1);
    }
  }
});
