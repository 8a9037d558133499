/** Matrices of signs on plain typed arrays, for teaching and experiments. Runs in Node and in a browser. */

import { BinvitError } from "../base/errors";
import { type InferenceKernels, instantiateInference, mostSigns, signWords } from "./module";
import { scalarKernels } from "./scalar";
import { hasSimd } from "./simd";

/** A matrix of ±1, a bit each: sign j of a row is bit j mod 32 of its word ⌊j/32⌋, 1 where negative; padding is 0. */
export interface SignMatrix {
  readonly rows: number;
  /** Signs in a row. */
  readonly k: number;
  /** Row after row, ⌈k/32⌉ words each. */
  readonly words: Uint32Array;
}

/** What a product of signs is multiplied by, and what is added. */
export interface XnorOptions {
  /** α, one for each row of b; shape [n]. */
  readonly alpha?: Float32Array;
  /** β, one for each row of a; shape [m]. */
  readonly token?: Float32Array;
  /** One for each row of b; shape [n]. */
  readonly bias?: Float32Array;
}

/** The product of two matrices of signs; see `createXnorGemm`. */
export type XnorGemm = (a: SignMatrix, b: SignMatrix, options?: XnorOptions) => Float32Array;

/** Most memory that a product may take, bytes; below it every address fits into the kernels' integers. */
const mostBytes = 2 ** 30;

/**
 * Keeps the signs of a matrix, one bit each.
 *
 * bit = 1 where x < 0, else 0: −0 and 0 count as +1.
 *
 * @param values - shape [rows, k], row-major
 * @throws BinvitError if there are not rows · k values, or one is NaN, which has no sign
 */
export function packSigns(values: ArrayLike<number>, rows: number, k: number): SignMatrix {
  requireSize("rows", rows);
  requireSize("k", k);
  if (values.length !== rows * k) {
    throw new BinvitError(`packSigns: ${values.length} values, expected ${rows} × ${k} = ${rows * k}.`);
  }
  const width = signWords(k);
  const words = new Uint32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < k; j++) {
      const value = values[row * k + j];
      if (value < 0) words[row * width + (j >> 5)] |= 1 << (j & 31);
      else if (Number.isNaN(value)) {
        throw new BinvitError(
          `packSigns: row ${row}, column ${j} is NaN, which has no sign. Find where it comes from.`,
        );
      }
    }
  }
  return { rows, k, words };
}

/** @returns the matrix as ±1; shape [rows, k] */
export function unpackSigns({ rows, k, words }: SignMatrix): Float32Array {
  const width = signWords(k);
  return Float32Array.from({ length: rows * k }, (_, at) => {
    const j = at % k;
    return (words[Math.floor(at / k) * width + (j >> 5)] >>> (j & 31)) & 1 ? -1 : 1;
  });
}

/**
 * Makes the product of two matrices of signs.
 *
 * y_ij = (k − 2 popcount(a_i XOR b_j)) · α_j · β_i + bias_j, each step rounded to float32 in this order; factors
 * that are left out are 1, a bias is 0, and the sum alone is an exact integer.
 *
 *     a [m, k]   b [n, k], so a row of b is a column of the product   α, bias [n]   β [m]   y [m, n]
 *
 * It keeps a WebAssembly memory of its own between calls, as large as the largest product needed.
 *
 * @param kernels - the compiled kernels (`binvit.wasm`), or `scalar` for those in plain TypeScript, which also serve
 * where WebAssembly has no SIMD; both give the same bits
 * @returns the product; it throws BinvitError if sizes do not fit, padding is not 0 or the memory would be too large
 *
 * Reference: Rastegari, Ordonez, Redmon and Farhadi, *XNOR-Net*, section 3.2, 2016.
 */
export function createXnorGemm(kernels: BufferSource | "scalar"): XnorGemm {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const simd = kernels !== "scalar" && hasSimd();
  const module: InferenceKernels = simd ? instantiateInference(kernels, memory) : scalarKernels(memory);
  return (a, b, options = {}) => {
    check(a, b, options);
    const [m, n, k] = [a.rows, b.rows, a.k];
    const parts = [a.words.length, b.words.length, options.alpha ? n : 0, options.token ? m : 0, options.bias ? n : 0];
    const sizes = [...parts, m * n].map((count) => 4 * count);
    const pointers = reserve(memory, [...sizes, module.panelBytes({ n, k }), module.xnorGemmScratch()]);
    const [left, right, , , , y, panels, scratch] = pointers;
    new Uint32Array(memory.buffer, left, a.words.length).set(a.words);
    new Uint32Array(memory.buffer, right, b.words.length).set(b.words);
    const [alpha, token, bias] = [options.alpha, options.token, options.bias].map((values, i) => {
      if (!values) return 0;
      new Float32Array(memory.buffer, pointers[2 + i], values.length).set(values);
      return pointers[2 + i];
    });
    module.interleaveSigns({ signs: right, panels, n, k });
    module.xnorGemm({ a: left, panels, y, m, n, k, stride: n, alpha, token, bias, scratch });
    return new Float32Array(memory.buffer, y, m * n).slice();
  };
}

/** Places one after the other, each a multiple of 16, in a memory that is made large enough; 0 is the null pointer. */
function reserve(memory: WebAssembly.Memory, sizes: readonly number[]): number[] {
  let end = 16;
  const pointers = sizes.map((bytes) => {
    const at = end;
    end += 16 * Math.ceil(bytes / 16);
    return at;
  });
  if (end > mostBytes) {
    throw new BinvitError(
      `xnorGemm: ${end} bytes are needed, ${mostBytes} are allowed. Multiply fewer rows at a time.`,
    );
  }
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65_536));
  return pointers;
}

function check(a: SignMatrix, b: SignMatrix, { alpha, token, bias }: XnorOptions): void {
  for (const [name, matrix] of Object.entries({ a, b })) checkMatrix(name, matrix);
  if (a.k !== b.k)
    throw new BinvitError(`xnorGemm: rows of a have ${a.k} signs, those of b ${b.k}; expected the same.`);
  const lengths = { alpha: [alpha, b.rows], token: [token, a.rows], bias: [bias, b.rows] } as const;
  for (const [name, [values, expected]] of Object.entries(lengths)) {
    if (values && values.length !== expected) {
      throw new BinvitError(`xnorGemm: ${name} has ${values.length} values, expected ${expected}.`);
    }
  }
}

function checkMatrix(name: string, { rows, k, words }: SignMatrix): void {
  requireSize(`rows of ${name}`, rows);
  requireSize(`k of ${name}`, k);
  const width = signWords(k);
  if (words.length !== rows * width) {
    throw new BinvitError(
      `xnorGemm: ${name} has ${words.length} words, expected ${rows} × ${width} = ${rows * width}.`,
    );
  }
  if (k % 32 === 0) return;
  for (let row = 0; row < rows; row++) {
    if (words[(row + 1) * width - 1] >>> (k % 32) === 0) continue;
    throw new BinvitError(`xnorGemm: ${name} has padding bits that are not 0 in row ${row}. Make it with packSigns.`);
  }
}

function requireSize(name: string, value: number): void {
  const most = name.startsWith("k") ? mostSigns : mostBytes;
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return;
  throw new BinvitError(`A matrix of signs: ${name} is ${value}, expected a whole number from 1 to ${most}.`);
}
