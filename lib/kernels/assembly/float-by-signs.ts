import { loadLanes, storeLanes } from "./lanes";
import { signWords } from "./pack-signs";
import { pseudoSlope } from "./sign";
import { addBlock, BLOCK, ENTRY, LANES, signTablesScratch, stripOf } from "./sign-tables";
import { Nullable, onward } from "./onward";

/**
 * Y [m, n] = F [m, k] · Sᵀ, F floats and S [n, k] signs (plain rows of bits), by the tables of sign-tables.ts.
 *
 * 32 rows of F make one strip: lanes run along m, so the tables hold F transposed and the strip is Yᵀ.
 *
 *     F, 32 rows  →  tables of a block of k  →  strip | n = 0: 32 rows | n = 1: 32 rows | …  →  Y, 32 rows
 */

/** Scratch of both kernels here, bytes. */
export function floatBySignsScratch(n: i32, k: i32): usize {
  return signTablesScratch((n + 3) & ~3);
}

/**
 * y = residual + ((Σ f · inScale · s) · alpha · token + bias); a null pointer leaves its step out.
 *
 *     inScale [k]   alpha, bias [n]   token [m]   residual [m, n]
 *
 * Weights of one bit with float activations, and the input gradient of every binarized layer.
 */
export function floatBySigns(
  f: usize,
  signs: usize,
  y: usize,
  m: i32,
  n: i32,
  k: i32,
  inScale: Nullable,
  alpha: Nullable,
  token: Nullable,
  bias: Nullable,
  residual: Nullable,
  scratch: usize,
): void {
  multiplyFloats(f, signs, y, m, n, k, inScale, alpha, token, bias, residual, 0, 0, scratch);
}

/**
 * The input gradient of a layer with binarized inputs: dx = (dy · alpha) · Sᵀ · token · ste(x), S [n, k] the signs of
 * the weights [inputs, outputs]; forms of ste in sign.ts.
 */
export function signLinearInputGrad(
  dy: usize,
  signs: usize,
  x: usize,
  dx: usize,
  m: i32,
  n: i32,
  k: i32,
  alpha: Nullable,
  token: Nullable,
  form: i32,
  scratch: usize,
): void {
  multiplyFloats(dy, signs, dx, m, n, k, alpha, 0, token, 0, 0, x, form, scratch);
}

function multiplyFloats(
  f: usize,
  signs: usize,
  y: usize,
  m: i32,
  n: i32,
  k: i32,
  inScale: usize,
  alpha: usize,
  token: usize,
  bias: usize,
  residual: usize,
  gate: usize,
  form: i32,
  scratch: usize,
): void {
  const strip = stripOf(scratch);
  const rowBytes: usize = <usize>signWords(k) << 2;
  for (let i = 0; i < m; i += LANES) {
    const rows = min(m - i, LANES);
    memory.fill(strip, 0, <usize>((n + 3) & ~3) * ENTRY);
    for (let j = 0; j < k; j += BLOCK) {
      const from = f + (<usize>(i * k + j) << 2);
      addBlock(from, k, 1, rows, min(k - j, BLOCK), onward(inScale, j), signs + (<usize>j >> 3), rowBytes, n, scratch);
    }
    for (let row = 0; row < rows; row += 4) {
      storeRows(strip + (<usize>row << 2), y, i + row, min(rows - row, 4), n, alpha, token, bias, residual, gate, form);
    }
  }
}

/**
 * Up to four rows of y out of the strip, from row `row` on. With a gate, which is x of the layer, the value is
 * multiplied by ste(x) of the form given.
 */
function storeRows(
  strip: usize,
  y: usize,
  row: i32,
  rows: i32,
  n: i32,
  alpha: usize,
  token: usize,
  bias: usize,
  residual: usize,
  gate: usize,
  form: i32,
): void {
  const one = f32x4.splat(1);
  const second = min(1, rows - 1);
  const third = min(2, rows - 1);
  const fourth = min(3, rows - 1);
  const beta0 = token ? v128.load32_splat(onward(token, row)) : one;
  const beta1 = token ? v128.load32_splat(onward(token, row + second)) : one;
  const beta2 = token ? v128.load32_splat(onward(token, row + third)) : one;
  const beta3 = token ? v128.load32_splat(onward(token, row + fourth)) : one;
  const rowBytes: usize = <usize>n << 2;
  y += <usize>row * rowBytes;
  if (residual) residual += <usize>row * rowBytes;
  if (gate) gate += <usize>row * rowBytes;
  for (let j = 0; j < n; j += 4) {
    const r0 = v128.load(strip);
    const r1 = v128.load(strip, ENTRY);
    const r2 = v128.load(strip, 2 * ENTRY);
    const r3 = v128.load(strip, 3 * ENTRY);
    strip += 4 * ENTRY;
    const left = n - j;
    const at = <usize>j << 2;
    const scale = alpha ? loadLanes(alpha + at, left, 0) : one;
    const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    let y0 = f32x4.mul(f32x4.mul(v128.shuffle<i64>(low01, low23, 0, 2), scale), beta0);
    let y1 = f32x4.mul(f32x4.mul(v128.shuffle<i64>(low01, low23, 1, 3), scale), beta1);
    const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    let y2 = f32x4.mul(f32x4.mul(v128.shuffle<i64>(high01, high23, 0, 2), scale), beta2);
    let y3 = f32x4.mul(f32x4.mul(v128.shuffle<i64>(high01, high23, 1, 3), scale), beta3);
    const to1 = <usize>second * rowBytes + at;
    const to2 = <usize>third * rowBytes + at;
    const to3 = <usize>fourth * rowBytes + at;
    if (bias) {
      const shift = loadLanes(bias + at, left, 0);
      y0 = f32x4.add(y0, shift);
      y1 = f32x4.add(y1, shift);
      y2 = f32x4.add(y2, shift);
      y3 = f32x4.add(y3, shift);
    }
    if (residual) {
      y0 = f32x4.add(loadLanes(residual + at, left, 0), y0);
      y1 = f32x4.add(loadLanes(residual + to1, left, 0), y1);
      y2 = f32x4.add(loadLanes(residual + to2, left, 0), y2);
      y3 = f32x4.add(loadLanes(residual + to3, left, 0), y3);
    }
    if (gate) {
      y0 = f32x4.mul(y0, pseudoSlope(loadLanes(gate + at, left, 0), form));
      y1 = f32x4.mul(y1, pseudoSlope(loadLanes(gate + to1, left, 0), form));
      y2 = f32x4.mul(y2, pseudoSlope(loadLanes(gate + to2, left, 0), form));
      y3 = f32x4.mul(y3, pseudoSlope(loadLanes(gate + to3, left, 0), form));
    }
    // The last rows first: where some are missing, the ones that are there overwrite them.
    storeLanes(y + to3, y3, left);
    storeLanes(y + to2, y2, left);
    storeLanes(y + to1, y1, left);
    storeLanes(y + at, y0, left);
  }
}
