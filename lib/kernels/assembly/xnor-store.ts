import { loadLanes, storeLanes } from "./lanes";
import { COLUMNS } from "./xnor-tables";

/**
 * From counts to floats: acc = 2 count − surplus (xnor-tables.ts says what is counted), then
 * y = residual + (acc · alpha · token + bias), each step rounded, in this order.
 *
 *     counts   row 0: 64 counts of 8 or 16 bits | row 1: …
 *     factors  64 alphas | 64 biases, of these columns | 1        token [rows], residual (shape of y): 0 leaves it out
 */

/** Bytes of the factors. */
export const FACTOR_BYTES: usize = 576;

/** Most columns, and no signs that are missing in the last group of four: the case that whole layers are made of. */
// @ts-ignore: decorator
@inline
export function isWhole(columns: i32, surplus: i32): bool {
  return columns == COLUMNS && surplus == 0;
}

/**
 * Copies what columns `first` … need; no alpha is 1, no bias is 0. Whole blocks of floats get 2 alpha, so that
 * count · 2 alpha is acc · alpha, rounded alike.
 */
export function gatherFactors(alpha: usize, bias: usize, first: i32, columns: i32, doubled: bool, factors: usize): void {
  const unit = f32x4.splat(doubled ? 2 : 1);
  for (let column = 0; column < columns; column += 4) {
    const at = <usize>column << 2;
    const from = <usize>first * 4 + at;
    const left = columns - column;
    v128.store(factors + at, alpha ? f32x4.mul(loadLanes(alpha + from, left, 0), unit) : unit);
    v128.store(factors + at + COLUMNS * 4, bias ? loadLanes(bias + from, left, 0) : f32x4.splat(0));
  }
  f32.store(factors + COLUMNS * 8, 1);
}

/** Stores floats; y and residual point to the first row and column, rows are `stride` floats apart. */
export function storeFloats(
  counts: usize,
  inBytes: bool,
  rows: i32,
  columns: i32,
  surplus: i32,
  factors: usize,
  token: usize,
  y: usize,
  residual: usize,
  stride: i32,
): void {
  if (!isWhole(columns, surplus)) {
    storeSome(counts, inBytes, rows, columns, surplus, factors, token, y, residual, stride);
  } else if (inBytes) {
    if (residual) storeWhole(counts, true, rows, factors, token, y, residual, stride);
    else storeWhole(counts, true, rows, factors, token, y, 0, stride);
  } else {
    if (residual) storeWhole(counts, false, rows, factors, token, y, residual, stride);
    else storeWhole(counts, false, rows, factors, token, y, 0, stride);
  }
}

/** 16 columns after 16 columns, so that their factors stay in registers. */
// @ts-ignore: decorator
@inline
function storeWhole(
  counts: usize,
  inBytes: bool,
  rows: i32,
  factors: usize,
  token: usize,
  y: usize,
  residual: usize,
  stride: i32,
): void {
  const next: usize = token ? 4 : 0;
  for (let part: usize = 0; part < 64; part += 16) {
    const scale = factors + (part << 2);
    const a0 = v128.load(scale), a1 = v128.load(scale, 16), a2 = v128.load(scale, 32), a3 = v128.load(scale, 48);
    const b0 = v128.load(scale, 256), b1 = v128.load(scale, 272), b2 = v128.load(scale, 288), b3 = v128.load(scale, 304);
    let beta = token ? token : factors + COLUMNS * 8;
    let from = counts + (inBytes ? part : part << 1);
    let to = y + (part << 2);
    let old = residual + (part << 2);
    for (let row = 0; row < rows; row++) {
      const share = v128.load32_splat(beta);
      const low = inBytes ? v128.load_ext<i8>(from) : v128.load(from);
      const high = inBytes ? v128.load_ext<i8>(from, 8) : v128.load(from, 16);
      let c0 = i32x4.extend_low_i16x8_s(low);
      let c1 = i32x4.extend_high_i16x8_s(low);
      let c2 = i32x4.extend_low_i16x8_s(high);
      let c3 = i32x4.extend_high_i16x8_s(high);
      c0 = f32x4.add(f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(c0), a0), share), b0);
      c1 = f32x4.add(f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(c1), a1), share), b1);
      c2 = f32x4.add(f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(c2), a2), share), b2);
      c3 = f32x4.add(f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(c3), a3), share), b3);
      if (residual) {
        c0 = f32x4.add(v128.load(old), c0);
        c1 = f32x4.add(v128.load(old, 16), c1);
        c2 = f32x4.add(v128.load(old, 32), c2);
        c3 = f32x4.add(v128.load(old, 48), c3);
        old += <usize>stride << 2;
      }
      v128.store(to, c0);
      v128.store(to, c1, 16);
      v128.store(to, c2, 32);
      v128.store(to, c3, 48);
      beta += next;
      from += inBytes ? COLUMNS : COLUMNS * 2;
      to += <usize>stride << 2;
    }
  }
}

/** Any number of columns. */
function storeSome(
  counts: usize,
  inBytes: bool,
  rows: i32,
  columns: i32,
  surplus: i32,
  factors: usize,
  token: usize,
  y: usize,
  residual: usize,
  stride: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const beta = token ? v128.load32_splat(token + (<usize>row << 2)) : f32x4.splat(1);
    for (let column = 0; column < columns; column += 4) {
      const at = <usize>column << 2;
      const left = columns - column;
      let sum = scaled(fourCounts(counts, inBytes, column), surplus, factors + at, beta);
      if (residual) sum = f32x4.add(loadLanes(residual + at, left, 0), sum);
      storeLanes(y + at, sum, left);
    }
    counts += inBytes ? COLUMNS : COLUMNS * 2;
    y += <usize>stride << 2;
    if (residual) residual += <usize>stride << 2;
  }
}

/** Four counts as 32-bit numbers. */
// @ts-ignore: decorator
@inline
export function fourCounts(counts: usize, inBytes: bool, column: i32): v128 {
  if (!inBytes) return v128.load_ext<i16>(counts + (<usize>column << 1));
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(counts + <usize>column)));
}

/** acc · alpha · token + bias of four columns. */
// @ts-ignore: decorator
@inline
export function scaled(counts: v128, surplus: i32, factors: usize, token: v128): v128 {
  const acc = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shl(counts, 1), i32x4.splat(surplus)));
  return f32x4.add(f32x4.mul(f32x4.mul(acc, v128.load(factors)), token), v128.load(factors, COLUMNS * 4));
}
