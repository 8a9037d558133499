import { expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import { signWords } from "../../lib/kernels/module";
import { Arena, normals } from "./arena";

/** Few and many rows, counts that fit into bytes and those that do not, every surplus. */
const sizes = [
  [3, 1, 5],
  [3, 70, 128],
  [64, 17, 31],
  [65, 64, 64],
  [70, 100, 129],
  [66, 128, 224],
  [66, 65, 226],
  [1100, 65, 259],
  [67, 33, 700],
] as const;

test.each(sizes)("signs of %i × %i products of %i signs are those of the values", (m, n, k) => {
  const random = new Random(m, n, k);
  const arena = new Arena();
  const { kernels } = arena;
  const words = signWords(k);
  const [a, b] = [arena.put(normals(random, m * k)), arena.put(normals(random, n * k))];
  const [aSigns, bSigns] = [arena.room(m * words), arena.room(n * words)];
  const panels = arena.room(kernels.panelBytes({ n, k }) / 4);
  kernels.packSigns({ x: a, signs: aSigns, rows: m, k });
  kernels.packSigns({ x: b, signs: bSigns, rows: n, k });
  kernels.interleaveSigns({ signs: bSigns, panels, n, k });
  const scratch = arena.room(Math.ceil(kernels.xnorGemmScratch() / 4));
  const [y, signs] = [arena.room(m * n), arena.room(m * signWords(n))];
  // Lines that rise, fall, are level, and cross 0 exactly at a sum or a hair beside one.
  const lines: [number, number][] = Array.from({ length: n }, (_, column) => {
    const alpha = [0.37, -0.37, 0, 1, -1, 1e-30, 3e7][column % 7] * (1 + Math.abs(random.normal()));
    const sum = k - 2 * Math.floor(Math.abs(random.normal()) * 3 + k / 2);
    return [alpha, [-alpha * sum, -alpha * sum * (1 + 1e-7), random.normal(), 0, -0, -1e9, 1e9][column % 5]];
  });
  const [alpha, bias] = [0, 1].map((which) => arena.put(Float32Array.from(lines, (line) => line[which])));
  const token = arena.put(normals(random, m).map(Math.abs));
  for (const options of [{ alpha, bias }, { alpha }, { bias }, {}, { alpha, bias, token }]) {
    const product = { a: aSigns, panels, m, n, k, scratch, ...options };
    kernels.xnorGemm({ ...product, y, stride: n });
    kernels.xnorGemmSigns({ ...product, signs });
    const values = arena.read(y, m * n);
    const expected = new Uint32Array(m * signWords(n));
    for (const [i, value] of values.entries()) {
      const [row, column] = [Math.floor(i / n), i % n];
      if (value < 0) expected[row * signWords(n) + (column >> 5)] |= 1 << (column & 31);
    }
    expect(new Uint32Array(arena.read(signs, m * signWords(n)).buffer)).toEqual(expected); // what lies beside them is 0
  }
  expect(arena.intact()).toBe(true);
});
