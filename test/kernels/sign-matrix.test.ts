import { describe, expect, test } from "vitest";
import { BinvitError } from "../../lib/base/errors";
import { Random } from "../../lib/base/random";
import { readKernels } from "../../lib/kernels/read";
import {
  createXnorGemm,
  packSigns,
  type SignMatrix,
  unpackSigns,
  type XnorOptions,
} from "../../lib/kernels/sign-matrix";
import { xnorGemm } from "../../lib/kernels/xnor-gemm";
import { normals } from "./arena";

const widths = [1, 3, 31, 32, 33, 63, 64, 65, 127, 128, 129];
const fround = Math.fround;

/** The product of ±1 as numbers, then the factors in the order of the contract. */
function plainProduct(a: SignMatrix, b: SignMatrix, { alpha, token, bias }: XnorOptions): Float32Array {
  const [left, right] = [unpackSigns(a), unpackSigns(b)];
  return Float32Array.from({ length: a.rows * b.rows }, (_, at) => {
    const [i, j] = [Math.floor(at / b.rows), at % b.rows];
    let sum = 0;
    for (let s = 0; s < a.k; s++) sum += left[i * a.k + s] * right[j * a.k + s];
    if (alpha) sum = fround(sum * alpha[j]);
    if (token) sum = fround(sum * token[i]);
    return sum + (bias ? bias[j] : 0);
  });
}

test("a bit is 1 where a value is negative; −0, 0 and infinity are +1", () => {
  const { words, rows, k } = packSigns([-1, 2, -0, 0, -1e-45, Infinity, -Infinity], 1, 7);
  expect([rows, k, [...words]]).toEqual([1, 7, [0b1010001]]);
});

test.each(widths)("packing and unpacking rows of %i signs gives the signs, and padding is 0", (k) => {
  const values = normals(new Random(1, k), 3 * k);
  const packed = packSigns(values, 3, k);
  expect(unpackSigns(packed)).toEqual(values.map((x) => (x < 0 ? -1 : 1)));
  expect(packed.words).toHaveLength(3 * Math.ceil(k / 32));
  const ones = packed.words.reduce((sum, word) => sum + word.toString(2).replaceAll("0", "").length, 0);
  expect(ones).toBe(values.filter((x) => x < 0).length);
});

describe.each([
  ["simd", createXnorGemm(readKernels())],
  ["scalar", createXnorGemm("scalar")],
  ["installed", xnorGemm],
] as const)("the %s product", (_, product) => {
  test.each(widths)("of %i signs is that of ±1, to the last bit, with and without factors", (k) => {
    for (const [m, n] of [
      [1, 1],
      [3, 9],
      [65, 7],
      [2, 65],
      [129, 33],
    ]) {
      const random = new Random(k, m, n);
      const [a, b] = [packSigns(normals(random, m * k), m, k), packSigns(normals(random, n * k), n, k)];
      const factors = { alpha: normals(random, n), token: normals(random, m), bias: normals(random, n) };
      for (const options of [{}, { alpha: factors.alpha }, { token: factors.token }, { bias: factors.bias }, factors]) {
        expect(product(a, b, options)).toEqual(plainProduct(a, b, options));
      }
    }
  });

  test("keeps its results when the next one is larger", () => {
    const small = packSigns([1, -1, 1], 1, 3);
    const first = product(small, small);
    const large = packSigns(normals(new Random(5), 900 * 64), 900, 64);
    product(large, large);
    expect([...first, ...product(small, small)]).toEqual([3, 3]);
  });
});

describe("what does not fit is refused", () => {
  const good = packSigns(new Float32Array(2 * 33), 2, 33);
  const cases: [string, () => unknown, string][] = [
    ["a NaN", () => packSigns([1, 2, 3, 4, Number.NaN, 6], 2, 3), "row 1, column 1 is NaN"],
    ["values of another number", () => packSigns([1, 2, 3], 2, 2), "3 values, expected 2 × 2 = 4"],
    ["no columns", () => packSigns([], 1, 0), "k is 0, expected a whole number from 1"],
    ["rows too long", () => packSigns(new Float32Array(65_536), 1, 65_536), "k is 65536"],
    ["other rows of signs", () => xnorGemm(good, packSigns([1], 1, 1)), "rows of a have 33 signs, those of b 1"],
    ["words of another number", () => xnorGemm(good, { ...good, rows: 3 }), "b has 4 words, expected 3 × 2 = 6"],
    ["set padding", () => xnorGemm({ ...good, words: Uint32Array.of(0, 0, 0, 2) }, good), "not 0 in row 1"],
    ["too few α", () => xnorGemm(good, good, { alpha: new Float32Array(1) }), "alpha has 1 values, expected 2"],
    ["too many β", () => xnorGemm(good, good, { token: new Float32Array(3) }), "token has 3 values, expected 2"],
    [
      "a product too large",
      () => {
        const tall = packSigns(new Float32Array(20_000), 20_000, 1);
        return xnorGemm(tall, tall);
      },
      "Multiply fewer rows",
    ],
  ];
  test.each(cases)("%s", (_, call, message) => {
    expect(call).toThrow(BinvitError);
    expect(call).toThrow(message);
  });
});
