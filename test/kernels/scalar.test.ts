import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import { popcount } from "../../lib/kernels/scalar-bits";
import { hasSimd } from "../../lib/kernels/simd";
import { normals } from "./arena";
import { both, scratch } from "./scalar-tiers";

const sizes = [1, 3, 31, 32, 33, 63, 64, 65, 127, 128, 129];

test("there is SIMD in Node", () => {
  expect(hasSimd()).toBe(true);
});

test("popcount of words with every number of ones", () => {
  const random = new Random(1);
  for (let ones = 0; ones <= 32; ones++) {
    const bits = random.permutation(32).slice(0, ones);
    expect(popcount(bits.reduce((word, bit) => word | (1 << bit), 0) >>> 0)).toBe(ones);
  }
});

test("GELU has the sign of what it is given, however far out and however small", () => {
  const far = Array.from({ length: 4000 }, (_, i) => -i / 50); // 0 … −80
  const x = [
    ...far,
    -10.954450607299805,
    -10.954451,
    -1e3,
    -1e6,
    -1e10,
    -1e30,
    -3.4e38,
    -1e-20,
    -1.2e-38,
    -1e-40,
    -1.4e-45,
  ];
  const negative = Float32Array.from([...x.slice(1), ...x.slice(1).map((value) => -value)]);
  const [scalar, simd] = both((kernels, arena) => {
    const y = arena.room(negative.length);
    kernels.gelu({ x: arena.put(negative), y, count: negative.length });
    return arena.read(y, negative.length).slice();
  });
  expect(scalar).toEqual(simd);
  expect(negative.filter((value, i) => value < 0 !== simd[i] < 0)).toEqual(new Float32Array());
  expect(Math.max(...simd.filter((_, i) => negative[i] < -15).map(Math.abs))).toBeLessThan(1e-25);
});

test("layer norm of equal numbers is β exactly", () => {
  for (const width of [...sizes, 48, 96, 192]) {
    for (const value of [0.1, -0.3, 3.7e-5, 12345.678, 1e-40]) {
      const [x, gamma, beta] = [value, 5, -0].map((filling) => new Float32Array(width).fill(filling));
      const [scalar, simd] = both((kernels, arena) => {
        const [y, mean, inverse] = [arena.room(width), arena.room(1), arena.room(1)];
        kernels.layerNorm({
          x: arena.put(x),
          gamma: arena.put(gamma),
          beta: arena.put(beta),
          y,
          mean,
          inverse,
          rows: 1,
          width,
          epsilon: 1e-6,
        });
        return arena.read(y, width).slice();
      });
      expect([scalar, simd]).toEqual([new Float32Array(width), new Float32Array(width)]);
    }
  }
});

test("attention to keys of equal scores leaves exactly 0 of values that cancel", () => {
  for (const tokens of [3, 5, 6, 7, 33, 65]) {
    // Equal keys, so every token is weighted alike; values 1, 1, −2, 3, 3, −6, … add up to 0.
    const values = Array.from({ length: tokens }, (_, i) => (i % 3 === 2 ? -2 : 1) * (1 + Math.floor(i / 3)));
    const total = values.reduce((sum, value) => sum + value, 0);
    const qkv = Float32Array.from(values.flatMap((value, i) => [0.37, 1.1, i === 0 ? value - total : value]));
    const [scalar, simd] = both((kernels, arena) => {
      const [out, probs] = [arena.room(tokens), arena.room(tokens ** 2)];
      const work = scratch(arena, kernels.attentionScratch({ tokens, width: 1, heads: 1 }));
      kernels.attention({
        qkv: arena.put(qkv),
        out,
        probs,
        batch: 1,
        tokens,
        width: 1,
        heads: 1,
        queries: tokens,
        scratch: work,
      });
      return arena.read(out, tokens).slice();
    });
    expect([scalar, simd]).toEqual([new Float32Array(tokens), new Float32Array(tokens)]);
  }
});

describe.each(sizes)("the scalar form gives the bits of the SIMD form, size %i:", (size) => {
  const random = new Random(size);

  test("gemm in all transposed forms, with and without bias", () => {
    const [m, n] = [5, 19];
    for (const k of [size, 4 * size]) {
      const [a, b, bias] = [m * k, k * n, n].map((count) => normals(random, count));
      for (const form of [0, 1, 2, 3, 4]) {
        const [transposeA, transposeB] = [(form & 1) === 1, (form & 2) === 2];
        const [scalar, simd] = both((kernels, arena) => {
          const [at, from, row, to] = [arena.put(a), arena.put(b), form === 4 ? 0 : arena.put(bias), arena.room(m * n)];
          const work = scratch(arena, kernels.gemmScratch({ n, k }));
          kernels.gemm({ a: at, b: from, bias: row, c: to, batch: 1, m, n, k, transposeA, transposeB, scratch: work });
          return arena.read(to, m * n);
        });
        expect(scalar).toEqual(simd);
      }
    }
  });

  test("layer norm", () => {
    const rows = 3;
    const [x, gamma, beta] = [rows * size, size, size].map((count) => normals(random, count));
    const [scalar, simd] = both((kernels, arena) => {
      const y = arena.room(rows * size);
      const [mean, inverse] = [arena.room(rows), arena.room(rows)];
      kernels.layerNorm({
        x: arena.put(x),
        gamma: arena.put(gamma),
        beta: arena.put(beta),
        y,
        mean,
        inverse,
        rows,
        width: size,
        epsilon: 1e-6,
      });
      return Float32Array.of(...arena.read(y, rows * size), ...arena.read(mean, rows), ...arena.read(inverse, rows));
    });
    expect(scalar).toEqual(simd);
  });

  test("GELU and addition, in ranges from 0.1 to 100", () => {
    for (const range of [0.1, 1, 10, 100]) {
      const [x, row] = [normals(random, 3 * size).map((value) => range * value), normals(random, size)];
      const [scalar, simd] = both((kernels, arena) => {
        const [y, z] = [arena.room(3 * size), arena.room(3 * size)];
        kernels.gelu({ x: arena.put(x), y, count: 3 * size });
        kernels.add({ a: y, b: arena.put(row), y: z, rows: 3, width: size });
        return Float32Array.of(...arena.read(y, 3 * size), ...arena.read(z, 3 * size));
      });
      expect(scalar).toEqual(simd);
    }
  });

  test("attention", () => {
    const [batch, width, heads] = [2, 12, 3];
    for (const range of [1, 20]) {
      const qkv = normals(random, batch * size * 3 * width).map((value) => range * value);
      const [scalar, simd] = both((kernels, arena) => {
        const [out, probs] = [arena.room(batch * size * width), arena.room(batch * heads * size * size)];
        const work = scratch(arena, kernels.attentionScratch({ tokens: size, width, heads }));
        kernels.attention({
          qkv: arena.put(qkv),
          out,
          probs,
          batch,
          tokens: size,
          width,
          heads,
          queries: size,
          scratch: work,
        });
        return Float32Array.of(...arena.read(out, batch * size * width));
      });
      expect(scalar).toEqual(simd);
    }
  });
});
