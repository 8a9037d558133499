import { loadLanes } from "./lanes";
import { Nullable } from "./onward";

/**
 * Signs as bits: 1 where x < 0; 0 elsewhere, also for −0 and 0. With thresholds 1 where x < τ, which is the sign of x − τ.
 *
 *     signs, plain rows     row 0: | word 0 | word 1 | … |  row 1: | word 0 | …      sign j of a row is bit j mod 32
 *                                                                                    of word j / 32; the rest is 0
 *     panels of 8 rows      | word 0 of rows 0 … 7 | word 1 of rows 0 … 7 | … |  | word 0 of rows 8 … 15 | …
 *                                                                                    missing rows are 0
 *
 * Little-endian words, so byte c of a row holds signs 8c … 8c + 7.
 */

/** Words of one row of k signs. */
// @ts-ignore: decorator
@inline
export function signWords(k: i32): i32 {
  return (k + 31) >> 5;
}

/** Packs each row of x [rows, k]; thresholds [k]. @returns 1 if there was a NaN, which has no sign, else 0 */
export function packSigns(x: usize, signs: usize, rows: i32, k: i32, thresholds: Nullable): i32 {
  if (thresholds) return packRows(x, k, signs, rows, k, thresholds);
  const zero = f32x4.splat(0);
  let odd = zero;
  for (let row = 0; row < rows; row++) {
    let j = 0;
    for (; j + 32 <= k; j += 32) {
      const low = v128.load(x), second = v128.load(x, 16), third = v128.load(x, 32), fourth = v128.load(x, 48);
      const fifth = v128.load(x, 64), sixth = v128.load(x, 80), seventh = v128.load(x, 96), last = v128.load(x, 112);
      odd = v128.or(odd, v128.or(unordered(low, second), unordered(third, fourth)));
      odd = v128.or(odd, v128.or(unordered(fifth, sixth), unordered(seventh, last)));
      const half = i8x16.bitmask(narrow(low, second, third, fourth));
      i32.store(signs, half | (i8x16.bitmask(narrow(fifth, sixth, seventh, last)) << 16));
      x += 128;
      signs += 4;
    }
    if (j == k) continue;
    let word = 0;
    for (let bit = 0; j < k; j += 4, bit += 4) {
      const lanes = loadLanes(x, k - j, 0);
      odd = v128.or(odd, f32x4.ne(lanes, lanes));
      word |= i32x4.bitmask(f32x4.lt(lanes, zero)) << bit;
      x += min(k - j, 4) << 2;
    }
    i32.store(signs, word);
    signs += 4;
  }
  return v128.any_true(odd) ? 1 : 0;
}

/** The same of rows that start `stride` floats apart, any thresholds. */
export function packRows(x: usize, stride: i32, signs: usize, rows: i32, k: i32, thresholds: Nullable): i32 {
  let odd = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    for (let first = 0; first < k; first += 32) {
      let word = 0;
      for (let bit = 0; bit < 32 && first + bit < k; bit += 4) {
        const at = <usize>(first + bit) << 2;
        const left = k - first - bit;
        const lanes = loadLanes(x + at, left, 0);
        const from = thresholds ? loadLanes(thresholds + at, left, 0) : f32x4.splat(0);
        odd = v128.or(odd, unordered(lanes, from));
        word |= i32x4.bitmask(f32x4.lt(lanes, from)) << bit;
      }
      i32.store(signs, word);
      signs += 4;
    }
    x += <usize>stride << 2;
  }
  return v128.any_true(odd) ? 1 : 0;
}

/** Lanes where either is NaN. */
// @ts-ignore: decorator
@inline
function unordered(a: v128, b: v128): v128 {
  return v128.or(f32x4.ne(a, a), f32x4.ne(b, b));
}

/** A byte for each of 16 floats: −1 where it is negative, 0 elsewhere. */
// @ts-ignore: decorator
@inline
function narrow(a: v128, b: v128, c: v128, d: v128): v128 {
  const zero = f32x4.splat(0);
  const low = i16x8.narrow_i32x4_s(f32x4.lt(a, zero), f32x4.lt(b, zero));
  const high = i16x8.narrow_i32x4_s(f32x4.lt(c, zero), f32x4.lt(d, zero));
  return i8x16.narrow_i16x8_s(low, high);
}

/** Packs each column of x [k, n]: plain rows of the transpose, n × k signs. @returns 1 if there was a NaN, else 0 */
export function packColumns(x: usize, signs: usize, k: i32, n: i32): i32 {
  return packStridedColumns(x, n, signs, k, n, 0);
}

/** The same of a matrix whose rows start `stride` floats apart; thresholds [n]. */
export function packStridedColumns(x: usize, stride: i32, signs: usize, k: i32, n: i32, thresholds: Nullable): i32 {
  const rowBytes: usize = <usize>stride << 2;
  const signBytes: usize = <usize>signWords(k) << 2;
  const zero = f32x4.splat(0);
  let odd = zero;
  for (let first = 0; first < k; first += 32) {
    const steps = min(k - first, 32);
    let to = signs;
    for (let j = 0; j < n; j += 4) {
      const left = n - j;
      let from = x + (<usize>j << 2);
      const threshold = thresholds ? loadLanes(thresholds + (<usize>j << 2), left, 0) : zero;
      odd = v128.or(odd, f32x4.ne(threshold, threshold));
      let words = zero;
      let bit = i32x4.splat(1);
      for (let step = 0; step < steps; step++) {
        const lanes = loadLanes(from, left, 0);
        odd = v128.or(odd, f32x4.ne(lanes, lanes));
        words = v128.or(words, v128.and(f32x4.lt(lanes, threshold), bit));
        bit = i32x4.shl(bit, 1);
        from += rowBytes;
      }
      v128.store_lane<i32>(to, words, 0);
      if (left > 1) v128.store_lane<i32>(to + signBytes, words, 1);
      if (left > 2) v128.store_lane<i32>(to + signBytes * 2, words, 2);
      if (left > 3) v128.store_lane<i32>(to + signBytes * 3, words, 3);
      to += signBytes << 2;
    }
    x += rowBytes << 5;
    signs += 4;
  }
  return v128.any_true(odd) ? 1 : 0;
}

/** Bytes of the panels of n rows of k signs. */
export function panelBytes(n: i32, k: i32): usize {
  return <usize>((n + 7) & ~7) * signWords(k) * 4;
}

/** Plain rows [n, k] to panels. */
export function interleaveSigns(signs: usize, panels: usize, n: i32, k: i32): void {
  const words = signWords(k);
  for (let first = 0; first < n; first += 8) {
    for (let word = 0; word < words; word++) {
      for (let row = first; row < first + 8; row++) {
        i32.store(panels, row < n ? i32.load(signs + (<usize>(row * words + word) << 2)) : 0);
        panels += 4;
      }
    }
  }
}
