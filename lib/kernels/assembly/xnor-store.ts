import { loadLanes, storeLanes } from "./lanes";
import { COLUMNS } from "./xnor-tables";

/**
 * From counts of differing signs to results: acc = k − 2 count, then y = residual + (acc · alpha · token + bias), each
 * step rounded, in this order.
 *
 *     counts   row 0: 64 16-bit counts | row 1: …
 *     factors  64 alphas | 64 biases, of these columns        token [rows], residual (shape of y): 0 leaves it out
 */

/** Copies what columns `first` … need; no alpha is 1, no bias is 0. */
export function gatherFactors(alpha: usize, bias: usize, first: i32, columns: i32, factors: usize): void {
  for (let column = 0; column < columns; column += 4) {
    const at = <usize>column << 2;
    const from = <usize>first * 4 + at;
    const left = columns - column;
    v128.store(factors + at, alpha ? loadLanes(alpha + from, left, 0) : f32x4.splat(1));
    v128.store(factors + at + COLUMNS * 4, bias ? loadLanes(bias + from, left, 0) : f32x4.splat(0));
  }
}

/** acc · alpha · token + bias of four columns. */
// @ts-ignore: decorator
@inline
function value(counts: v128, k: v128, factors: usize, token: v128): v128 {
  const acc = f32x4.convert_i32x4_s(i32x4.sub(k, i32x4.shl(counts, 1)));
  return f32x4.add(f32x4.mul(f32x4.mul(acc, v128.load(factors)), token), v128.load(factors, COLUMNS * 4));
}

/** Most signs whose product fits into 16 bits with its sign. */
const NARROW: i32 = 32767;

/** `storeFloats` of 64 columns without token scales, the case that products of whole layers are made of. */
function storeWhole(
  counts: usize,
  rows: i32,
  k: i32,
  factors: usize,
  y: usize,
  residual: usize,
  stride: i32,
): void {
  const length = i16x8.splat(<i16>k);
  const rowBytes: usize = <usize>stride << 2;
  for (let row = 0; row < rows; row++) {
    for (let column: usize = 0; column < <usize>COLUMNS; column += 8) {
      const acc = i16x8.sub(length, i16x8.shl(v128.load(counts), 1));
      const factor = factors + (column << 2);
      const at = y + (column << 2);
      let low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(acc));
      let high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(acc));
      low = f32x4.add(f32x4.mul(low, v128.load(factor)), v128.load(factor, COLUMNS * 4));
      high = f32x4.add(f32x4.mul(high, v128.load(factor, 16)), v128.load(factor, COLUMNS * 4 + 16));
      if (residual) {
        const from = residual + (column << 2);
        low = f32x4.add(v128.load(from), low);
        high = f32x4.add(v128.load(from, 16), high);
      }
      v128.store(at, low);
      v128.store(at, high, 16);
      counts += 16;
    }
    y += rowBytes;
    if (residual) residual += rowBytes;
  }
}

/** Stores floats; y and residual point to the first row and column, rows are `stride` floats apart. */
export function storeFloats(
  counts: usize,
  rows: i32,
  columns: i32,
  k: i32,
  factors: usize,
  token: usize,
  y: usize,
  residual: usize,
  stride: i32,
): void {
  if (columns == COLUMNS && !token && k <= NARROW) {
    storeWhole(counts, rows, k, factors, y, residual, stride);
    return;
  }
  const length = i32x4.splat(k);
  for (let row = 0; row < rows; row++) {
    const beta = token ? v128.load32_splat(token + (<usize>row << 2)) : f32x4.splat(1);
    for (let column = 0; column < columns; column += 8) {
      const sums = v128.load(counts + (<usize>column << 1));
      const at = <usize>column << 2;
      const left = columns - column;
      let low = value(i32x4.extend_low_i16x8_u(sums), length, factors + at, beta);
      let high = value(i32x4.extend_high_i16x8_u(sums), length, factors + at + 16, beta);
      if (residual) {
        low = f32x4.add(loadLanes(residual + at, left, 0), low);
        if (left > 4) high = f32x4.add(loadLanes(residual + at + 16, left - 4, 0), high);
      }
      storeLanes(y + at, low, left);
      if (left > 4) storeLanes(y + at + 16, high, left - 4);
    }
    counts += COLUMNS * 2;
    y += <usize>stride << 2;
    if (residual) residual += <usize>stride << 2;
  }
}

/** Stores signs: bytes of plain rows, `rowBytes` apart, from column 0 of the 64 on. */
export function storeSigns(
  counts: usize,
  rows: i32,
  columns: i32,
  k: i32,
  factors: usize,
  token: usize,
  signs: usize,
  rowBytes: usize,
): void {
  const length = i32x4.splat(k);
  const zero = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    const beta = token ? v128.load32_splat(token + (<usize>row << 2)) : f32x4.splat(1);
    for (let column = 0; column < columns; column += 8) {
      const sums = v128.load(counts + (<usize>column << 1));
      const at = factors + (<usize>column << 2);
      const low = value(i32x4.extend_low_i16x8_u(sums), length, at, beta);
      const high = value(i32x4.extend_high_i16x8_u(sums), length, at + 16, beta);
      const byte = i32x4.bitmask(f32x4.lt(low, zero)) | (i32x4.bitmask(f32x4.lt(high, zero)) << 4);
      const left = columns - column;
      store<u8>(signs + (<usize>column >> 3), <u8>(left < 8 ? byte & ((1 << left) - 1) : byte));
    }
    counts += COLUMNS * 2;
    signs += rowBytes;
  }
}
