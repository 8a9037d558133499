import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference-rows";
import { Arena, normals, worstError } from "./arena";

const rows = 6;

describe.each([1, 3, 8, 31, 32, 33, 63, 64, 65, 127, 128, 129])("rows of %i:", (width) => {
  const random = new Random(width, 8);
  const x = normals(random, rows * width).map((value) => 3 * value);
  const dy = normals(random, rows * width);

  test.each([1, 0.25, 2])("softmax with scale %d and its gradient, within 1e-5; what is read stays", (scale) => {
    const arena = new Arena();
    const [from, upstream, scratch] = [arena.put(x), arena.put(dy), arena.room(rows)];
    const [y, dx] = [arena.room(x.length), arena.room(x.length)];
    arena.kernels.softmax({ x: from, y, rows, width, scale, scratch });
    arena.kernels.softmaxGrad({ dy: upstream, p: y, dx, rows, width, scale });
    const p = reference.softmax(x, width, scale);
    expect(worstError(arena.read(y, x.length), p)).toBeLessThan(1e-5);
    expect(worstError(arena.read(dx, x.length), reference.softmaxGrad(dy, p, width, scale))).toBeLessThan(1e-5);
    expect([arena.read(from, x.length), arena.read(upstream, x.length)]).toEqual([x, dy]);
    expect(arena.intact()).toBe(true);
  });

  test("has the bits of attention's probabilities", () => {
    const arena = new Arena();
    const [y, scratch, out, probs] = [width, 1, 1, width].map((count) => arena.room(count));
    const own = x.subarray(0, width);
    arena.kernels.softmax({ x: arena.put(own), y, rows: 1, width, scale: 1, scratch });
    // One channel: q = 1, k = x, so that the scores are x.
    const qkv = arena.put(Float32Array.from([...own].flatMap((value) => [1, value, 0])));
    const sizes = { batch: 1, tokens: width, width: 1, heads: 1 };
    const work = arena.room(Math.ceil(arena.kernels.attentionScratch(sizes) / 4));
    arena.kernels.attention({ qkv, out, probs, queries: 1, scratch: work, ...sizes });
    expect(arena.read(y, width)).toEqual(arena.read(probs, width));
  });

  test("bits above a threshold of each head, and the mean of what is kept", () => {
    const [batch, heads, queries] = [1, 3, 2];
    const p = Float32Array.from(reference.softmax(x, width, 1));
    // The first is one of the p themselves, which is kept.
    const thresholds = Float32Array.of(p[width >> 1], 2, 0);
    const arena = new Arena();
    const [from, own, bits, means] = [arena.put(p), arena.put(thresholds), arena.room(p.length), arena.room(rows)];
    const sizes = { batch, heads, queries, tokens: width };
    expect(arena.kernels.keepAbove({ p: from, thresholds: own, bits, means, ...sizes })).toBe(0);
    const expected = reference.keepAbove(p, width, (row) => thresholds[row >> 1]);
    expect([...arena.read(bits, p.length)]).toEqual([...expected.bits]);
    expect(worstError(arena.read(means, rows), expected.means)).toBeLessThan(1e-6);
    expect([...arena.read(means, rows).subarray(2, 4)]).toEqual([0, 0]);
    expect(arena.intact()).toBe(true);
  });

  test("a NaN among the probabilities or thresholds is found", () => {
    for (const at of [0, width - 1]) {
      const p = new Float32Array(width).fill(0.5);
      p[at] = Number.NaN;
      const arena = new Arena();
      const [bits, means, half] = [arena.room(width), arena.room(1), arena.put([0.5])];
      const sizes = { batch: 1, heads: 1, queries: 1, tokens: width };
      expect(arena.kernels.keepAbove({ p: arena.put(p), thresholds: half, bits, means, ...sizes })).toBe(1);
      const [fine, nan] = [arena.put(new Float32Array(width)), arena.put([Number.NaN])];
      expect(arena.kernels.keepAbove({ p: fine, thresholds: nan, bits, means, ...sizes })).toBe(1);
    }
  });
});
