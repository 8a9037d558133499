import { loadLanes } from "./lanes";
import { Nullable, onward } from "./onward";

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
  return packRows(x, k, signs, rows, k, thresholds);
}

/** The same of rows that start `stride` floats apart: whole words at a time without thresholds, then half words. */
export function packRows(x: usize, stride: i32, signs: usize, rows: i32, k: i32, thresholds: Nullable): i32 {
  const zero = f32x4.splat(0);
  let odd = zero;
  for (let row = 0; row < rows; row++) {
    let at = x;
    let j = 0;
    if (!thresholds) {
      for (; j + 32 <= k; j += 32) {
        const low = v128.load(at), second = v128.load(at, 16), third = v128.load(at, 32), fourth = v128.load(at, 48);
        const fifth = v128.load(at, 64), sixth = v128.load(at, 80), seventh = v128.load(at, 96), last = v128.load(at, 112);
        odd = v128.or(odd, v128.or(unordered(low, second), unordered(third, fourth)));
        odd = v128.or(odd, v128.or(unordered(fifth, sixth), unordered(seventh, last)));
        const half = i8x16.bitmask(narrow(low, second, third, fourth));
        i32.store(signs, half | (i8x16.bitmask(narrow(fifth, sixth, seventh, last)) << 16));
        at += 128;
        signs += 4;
      }
    }
    for (; j + 16 <= k; j += 16) {
      let t0 = zero, t1 = zero, t2 = zero, t3 = zero;
      if (thresholds) {
        const own = thresholds + (<usize>j << 2);
        t0 = v128.load(own);
        t1 = v128.load(own, 16);
        t2 = v128.load(own, 32);
        t3 = v128.load(own, 48);
      }
      const x0 = v128.load(at), x1 = v128.load(at, 16), x2 = v128.load(at, 32), x3 = v128.load(at, 48);
      odd = v128.or(odd, v128.or(unordered(x0, t0), unordered(x1, t1)));
      odd = v128.or(odd, v128.or(unordered(x2, t2), unordered(x3, t3)));
      const low = i16x8.narrow_i32x4_s(f32x4.lt(x0, t0), f32x4.lt(x1, t1));
      const high = i16x8.narrow_i32x4_s(f32x4.lt(x2, t2), f32x4.lt(x3, t3));
      store<u16>(signs, <u16>i8x16.bitmask(i8x16.narrow_i16x8_s(low, high)));
      at += 64;
      signs += 2;
    }
    if (j < k) {
      let half = 0;
      for (let bit = 0; j + bit < k; bit += 4) {
        const left = k - j - bit;
        const lanes = loadLanes(at + (<usize>bit << 2), left, 0);
        const own = thresholds ? loadLanes(onward(thresholds, j + bit), left, 0) : zero;
        odd = v128.or(odd, unordered(lanes, own));
        half |= i32x4.bitmask(f32x4.lt(lanes, own)) << bit;
      }
      store<u16>(signs, <u16>half);
      signs += 2;
    }
    if (((k - 1) & 16) == 0) {
      store<u16>(signs, 0); // the other half of the last word
      signs += 2;
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
  const rowBytes: usize = <usize>n << 2;
  const signBytes: usize = <usize>signWords(k) << 2;
  const zero = f32x4.splat(0);
  let odd = zero;
  for (let first = 0; first < k; first += 32) {
    const steps = min(k - first, 32);
    let to = signs;
    for (let j = 0; j < n; j += 4) {
      const left = n - j;
      let from = x + (<usize>j << 2);
      let words = zero;
      let bit = i32x4.splat(1);
      for (let step = 0; step < steps; step++) {
        const lanes = loadLanes(from, left, 0);
        odd = v128.or(odd, f32x4.ne(lanes, lanes));
        words = v128.or(words, v128.and(f32x4.lt(lanes, zero), bit));
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
