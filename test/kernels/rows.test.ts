import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference";
import { Arena, normals, worstError } from "./arena";

const widths = [1, 3, 4, 31, 32, 33, 63, 64, 65, 127, 128, 129];
const rowCounts = [1, 3, 4, 33, 66];

describe.each(widths)("width %i", (width) => {
  test("layer norm and its gradient, within 1e-5 and 1e-4", () => {
    for (const rows of rowCounts) {
      const random = new Random(width, rows);
      const arena = new Arena();
      // An offset as large as in deep blocks: a one-pass variance would lose it.
      const x = normals(random, rows * width).map((value) => 2 * value + 30);
      const [dy, gamma, beta] = [rows * width, width, width].map((count) => normals(random, count));
      const epsilon = 1e-3;
      const [xAt, dyAt, gammaAt, betaAt] = [x, dy, gamma, beta].map((values) => arena.put(values));
      const [y, dx] = [arena.room(rows * width), arena.room(rows * width)];
      const [mean, inverse, dgamma, dbeta] = [rows, rows, width, width].map((count) => arena.room(count));
      arena.kernels.layerNorm({ x: xAt, gamma: gammaAt, beta: betaAt, y, mean, inverse, rows, width, epsilon });
      arena.kernels.layerNormGrad({ dy: dyAt, x: xAt, gamma: gammaAt, mean, inverse, dx, dgamma, dbeta, rows, width });

      const forward = reference.layerNorm(x, gamma, beta, epsilon);
      const backward = reference.layerNormGrad(dy, x, gamma, forward.mean, forward.inverse);
      // Short rows can have next to no variance: then 1/√ε times the rounding of the mean shows.
      const looser = width < 4 ? 30 : 1;
      expect(worstError(arena.read(y, rows * width), forward.y)).toBeLessThan(1e-5 * looser);
      expect(worstError(arena.read(mean, rows), forward.mean)).toBeLessThan(1e-6);
      expect(worstError(arena.read(inverse, rows), forward.inverse)).toBeLessThan(1e-5);
      expect(worstError(arena.read(dx, rows * width), backward.dx)).toBeLessThan(1e-4 * looser);
      expect(worstError(arena.read(dgamma, width), backward.dgamma)).toBeLessThan(1e-4 * looser);
      expect(worstError(arena.read(dbeta, width), backward.dbeta)).toBeLessThan(1e-5);
      expect(arena.intact()).toBe(true);
    }
  });

  test("sums of columns within 1e-5, additions exact", () => {
    for (const rows of rowCounts) {
      const random = new Random(width, rows, 1);
      const arena = new Arena();
      const [a, b] = [normals(random, rows * width), normals(random, width)];
      const [aAt, bAt, y, sums] = [arena.put(a), arena.put(b), arena.room(rows * width), arena.room(width)];
      arena.kernels.add({ a: aAt, b: bAt, y, rows, width });
      arena.kernels.sumRows({ x: aAt, sums, rows, width });
      expect(arena.read(y, rows * width)).toEqual(Float32Array.from(reference.add(a, b)));
      expect(worstError(arena.read(sums, width), reference.sumRows(a, width))).toBeLessThan(1e-5);
      expect(arena.intact()).toBe(true);
    }
  });
});
