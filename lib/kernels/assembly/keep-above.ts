import { loadLanes, storeLanes } from "./lanes";

/**
 * Attention probabilities as bits of {0, 1}: b = 1 where p ≥ t, with one t for each head.
 *
 *     p, bits      [batch, heads, queries, tokens], floats          thresholds [heads]
 *     means        [batch, heads, queries]: the mean of the p that are kept, see `meansOfKept`
 *
 * @returns 1 if there was a NaN, else 0
 */
export function keepAbove(
  p: usize,
  thresholds: usize,
  bits: usize,
  means: usize,
  batch: i32,
  heads: i32,
  queries: i32,
  tokens: i32,
): i32 {
  const one = f32x4.splat(1);
  let odd = f32x4.splat(0);
  for (let head = 0; head < batch * heads; head++) {
    const threshold = f32.load(thresholds + (<usize>(head % heads) << 2));
    const least = f32x4.splat(threshold);
    odd = v128.or(odd, f32x4.ne(least, least));
    for (let row = 0; row < queries; row++) f32.store(means + (<usize>row << 2), threshold);
    meansOfKept(p, means, queries, tokens, means);
    means += <usize>queries << 2;
    for (let row = 0; row < queries; row++) {
      for (let j = 0; j < tokens; j += 4) {
        const at = <usize>j << 2;
        const left = tokens - j;
        const lanes = loadLanes(p + at, left, 0);
        odd = v128.or(odd, f32x4.ne(lanes, lanes));
        storeLanes(bits + at, v128.and(f32x4.ge(lanes, least), one), left);
      }
      p += <usize>tokens << 2;
      bits += <usize>tokens << 2;
    }
  }
  return v128.any_true(odd) ? 1 : 0;
}

/**
 * Of each row, the mean of those that are at least its threshold, 0 if there are none: their sum in float32 in the order
 * of their places, one after the other, divided by their number.
 *
 * Four rows lie in the lanes of a register, so that each is added up in this order and none waits for another.
 *
 *     means, thresholds   [rows], and may be the same place
 */
export function meansOfKept(p: usize, means: usize, rows: i32, width: i32, thresholds: usize): void {
  const rowBytes: usize = <usize>width << 2;
  for (let row = 0; row < rows; row += 4) {
    // Rows that are missing repeat one that is there; their means are not stored.
    const here = min(rows - row, 4);
    const least = loadLanes(thresholds, here, 0);
    const second = p + rowBytes * min(1, here - 1);
    const third = p + rowBytes * min(2, here - 1);
    const fourth = p + rowBytes * min(3, here - 1);
    let sum = f32x4.splat(0);
    let kept = i32x4.splat(0); // less by 1 for each
    for (let at: usize = 0; at < rowBytes; at += 4) {
      let four = v128.load32_zero(p + at);
      four = v128.load_lane<f32>(second + at, four, 1);
      four = v128.load_lane<f32>(third + at, four, 2);
      four = v128.load_lane<f32>(fourth + at, four, 3);
      const isKept = f32x4.ge(four, least);
      sum = f32x4.add(sum, v128.and(four, isKept)); // + 0 changes nothing
      kept = i32x4.add(kept, isKept);
    }
    const none = i32x4.eq(kept, i32x4.splat(0));
    const mean = f32x4.div(sum, f32x4.convert_i32x4_s(i32x4.neg(kept)));
    storeLanes(means, v128.andnot(mean, none), here);
    means += 16;
    thresholds += 16;
    p += rowBytes << 2;
  }
}

/**
 * The bits of rows of p [rows, width] in words, padding 0, as pack-signs.ts has them: bit 1 where p ≥ the row's
 * threshold.
 *
 * @returns 1 if a row is NaN, else 0; of a softmax all or none is, so the first shows it
 */
export function packKept(p: usize, bits: usize, rows: i32, width: i32, thresholds: usize): i32 {
  let odd = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    const least = v128.load32_splat(thresholds + (<usize>row << 2));
    const first = v128.load32_splat(p);
    odd = v128.or(odd, v128.or(f32x4.ne(first, first), f32x4.ne(least, least)));
    let j = 0;
    for (; j + 32 <= width; j += 32) {
      const half = i8x16.bitmask(above(p, least));
      i32.store(bits, half | (i8x16.bitmask(above(p + 64, least)) << 16));
      p += 128;
      bits += 4;
    }
    if (j == width) continue;
    let word = 0;
    for (let bit = 0; j < width; j += 4, bit += 4) {
      word |= i32x4.bitmask(f32x4.ge(loadLanes(p, width - j, NaN), least)) << bit;
      p += min(width - j, 4) << 2;
    }
    i32.store(bits, word);
    bits += 4;
  }
  return v128.any_true(odd) ? 1 : 0;
}

/** A byte for each of 16 floats: −1 where it is kept, 0 elsewhere. */
// @ts-ignore: decorator
@inline
function above(p: usize, least: v128): v128 {
  const low = i16x8.narrow_i32x4_s(f32x4.ge(v128.load(p), least), f32x4.ge(v128.load(p, 16), least));
  const high = i16x8.narrow_i32x4_s(f32x4.ge(v128.load(p, 32), least), f32x4.ge(v128.load(p, 48), least));
  return i8x16.narrow_i16x8_s(low, high);
}
