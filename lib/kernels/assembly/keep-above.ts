import { loadLanes, storeLanes } from "./lanes";

/**
 * Attention probabilities as bits of {0, 1}: b = 1 where p ≥ t, with one t for each head.
 *
 *     p, bits      [batch, heads, queries, tokens], floats          thresholds [heads]
 *     means        [batch, heads, queries]: the mean of the p that are kept, see `meanOfKept`
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
    for (let row = 0; row < queries; row++) {
      for (let j = 0; j < tokens; j += 4) {
        const at = <usize>j << 2;
        const left = tokens - j;
        const lanes = loadLanes(p + at, left, 0);
        odd = v128.or(odd, f32x4.ne(lanes, lanes));
        storeLanes(bits + at, v128.and(f32x4.ge(lanes, least), one), left);
      }
      f32.store(means, meanOfKept(p, tokens, threshold));
      means += 4;
      p += <usize>tokens << 2;
      bits += <usize>tokens << 2;
    }
  }
  return v128.any_true(odd) ? 1 : 0;
}

/**
 * The mean of those of a row that are at least the threshold, 0 if there are none: their sum in float32 in the order of
 * their places, one after the other, divided by their number.
 */
export function meanOfKept(p: usize, count: i32, threshold: f32): f32 {
  let sum: f32 = 0;
  let kept = 0;
  const end = p + (<usize>count << 2);
  for (; p < end; p += 4) {
    const value = f32.load(p);
    const isKept = value >= threshold;
    sum += isKept ? value : 0; // no branch is taken: + 0 changes nothing
    kept += i32(isKept);
  }
  return kept > 0 ? sum / <f32>kept : 0;
}

/**
 * The bits of rows of p [rows, width] in words, padding 0, as pack-signs.ts has them: bit 1 where p ≥ threshold.
 *
 * @returns 1 if there was a NaN, else 0
 */
export function packKept(p: usize, bits: usize, rows: i32, width: i32, threshold: f32): i32 {
  const least = f32x4.splat(threshold);
  let odd = f32x4.ne(least, least);
  for (let row = 0; row < rows; row++) {
    for (let first = 0; first < width; first += 32) {
      let word = 0;
      for (let bit = 0; bit < 32 && first + bit < width; bit += 4) {
        const left = width - first - bit;
        const lanes = loadLanes(p + (<usize>(first + bit) << 2), left, 0);
        odd = v128.or(odd, f32x4.ne(lanes, lanes));
        const some = i32x4.bitmask(f32x4.ge(lanes, least)) & (left < 4 ? (1 << left) - 1 : 15);
        word |= some << bit;
      }
      i32.store(bits, word);
      bits += 4;
    }
    p += <usize>width << 2;
  }
  return v128.any_true(odd) ? 1 : 0;
}
