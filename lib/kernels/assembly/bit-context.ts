import { loadLanes, storeLanes } from "./lanes";
import { Nullable } from "./onward";
import { signWords } from "./pack-signs";
import { entryOf, storeEight, sum4 } from "./sign-counts";

/**
 * The context of one head from bits: out_ic = (n_0,ic · α_0 + n_1,ic · α_1 + …) · γ_c, n_l,ic = Σ_j b_l,ij · s_jc the
 * exact integer; what each part stands for is said in attention-bits.ts.
 *
 * Four tokens have 16 patterns of bits. For each a table holds the sum of the signs that it keeps, of every channel.
 *
 *     tables:  | tokens 0 … 3: | pattern 0: channels 0 … 31 | … | pattern 15 | | tokens 4 … 7: | … |   a byte each
 *              | the same of channels 32 … 63 | …
 */

/** Bytes of an entry, as a shift. */
const ENTRY: u32 = 5;
/** Words of bits whose sums of signs a byte holds. */
const WORDS: i32 = 3;

/** Bytes of the tables. */
export function valueTableBytes(tokens: i32, dim: i32): usize {
  return <usize>(((dim + 31) >> 5) * ((tokens + 3) >> 2)) << (ENTRY + 4);
}

/** @param signs plain rows (pack-signs.ts) of v − τ; [tokens, d] */
export function tabulateValues(signs: usize, tokens: i32, dim: i32, tables: usize): void {
  const words = signWords(dim);
  const rowBytes: usize = <usize>words << 2;
  for (let word = 0; word < words; word++) {
    const from = signs + (<usize>word << 2);
    for (let token = 0; token < tokens; token += 4) {
      const at = from + rowBytes * token;
      // Tokens that are missing have no bits; any sign will do.
      const w0 = v128.load32_splat(at);
      const w1 = v128.load32_splat(at + rowBytes * min(1, tokens - 1 - token));
      const w2 = v128.load32_splat(at + rowBytes * min(2, tokens - 1 - token));
      const w3 = v128.load32_splat(at + rowBytes * min(3, tokens - 1 - token));
      tabulateHalf(lowSigns(w0), lowSigns(w1), lowSigns(w2), lowSigns(w3), tables);
      tabulateHalf(highSigns(w0), highSigns(w1), highSigns(w2), highSigns(w3), tables + 16);
      tables += 16 << ENTRY;
    }
  }
}

// @ts-ignore: decorator
@inline
function lowSigns(word: v128): v128 {
  return signsOf(v128.shuffle<i8>(word, word, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
}

// @ts-ignore: decorator
@inline
function highSigns(word: v128): v128 {
  return signsOf(v128.shuffle<i8>(word, word, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3));
}

/** ±1 as bytes: of each byte the bit of its place. */
// @ts-ignore: decorator
@inline
function signsOf(bytes: v128): v128 {
  const bits = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  return v128.or(i8x16.eq(v128.and(bytes, bits), bits), i8x16.splat(1));
}

// @ts-ignore: decorator
@inline
function tabulateHalf(s0: v128, s1: v128, s2: v128, s3: v128, to: usize): void {
  storeEight(i8x16.splat(0), s0, s1, s2, to, 1 << ENTRY);
  storeEight(s3, s0, s1, s2, to + (8 << ENTRY), 1 << ENTRY);
}

/**
 * One level of a row of the context, added to those before it if `onto`; the last level comes with γ.
 *
 * @param bits of p: word 0, `wordStride` bytes on word 1, …
 * @param sums the integers [d], or null
 */
export function contextRow(
  bits: usize,
  wordStride: usize,
  tokens: i32,
  tables: usize,
  dim: i32,
  factor: f32,
  onto: bool,
  gamma: Nullable,
  out: usize,
  sums: Nullable,
): void {
  const words = signWords(tokens);
  for (let c = 0; c < dim; c += 32) {
    let s0 = i16x8.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let from = bits;
    let left = tokens;
    for (let word = 0; word < words; word += WORDS) {
      let low = i8x16.splat(0), high = low;
      const end = min(word + WORDS, words);
      for (let w = word; w < end; w++) {
        let four = load<u32>(from);
        from += wordStride;
        if (left > 28) {
          for (let half = 0; half < 2; half++) {
            const p0 = tables + entryOf(four, 0, ENTRY);
            const p1 = tables + entryOf(four, 1, ENTRY) + (16 << ENTRY);
            const p2 = tables + entryOf(four, 2, ENTRY) + (32 << ENTRY);
            const p3 = tables + entryOf(four, 3, ENTRY) + (48 << ENTRY);
            low = i8x16.add(low, sum4(v128.load(p0), v128.load(p1), v128.load(p2), v128.load(p3)));
            high = i8x16.add(high, sum4(v128.load(p0, 16), v128.load(p1, 16), v128.load(p2, 16), v128.load(p3, 16)));
            four >>= 16;
            tables += 64 << ENTRY;
          }
          left -= 32;
        } else {
          for (; left > 0; left -= 4) {
            const at = tables + ((four & 15) << ENTRY);
            low = i8x16.add(low, v128.load(at));
            high = i8x16.add(high, v128.load(at, 16));
            four >>= 4;
            tables += 1 << (ENTRY + 4);
          }
        }
      }
      s0 = i16x8.add(s0, i16x8.extend_low_i8x16_s(low));
      s1 = i16x8.add(s1, i16x8.extend_high_i8x16_s(low));
      s2 = i16x8.add(s2, i16x8.extend_low_i8x16_s(high));
      s3 = i16x8.add(s3, i16x8.extend_high_i8x16_s(high));
    }
    finishEight(s0, c, dim, factor, onto, gamma, out, sums);
    finishEight(s1, c + 8, dim, factor, onto, gamma, out, sums);
    finishEight(s2, c + 16, dim, factor, onto, gamma, out, sums);
    finishEight(s3, c + 24, dim, factor, onto, gamma, out, sums);
  }
}

// @ts-ignore: decorator
@inline
function finishEight(
  sum: v128,
  c: i32,
  dim: i32,
  factor: f32,
  onto: bool,
  gamma: usize,
  out: usize,
  sums: usize,
): void {
  finish(i32x4.extend_low_i16x8_s(sum), c, dim - c, factor, onto, gamma, out, sums);
  finish(i32x4.extend_high_i16x8_s(sum), c + 4, dim - c - 4, factor, onto, gamma, out, sums);
}

function finish(
  count: v128,
  c: i32,
  left: i32,
  factor: f32,
  onto: bool,
  gamma: usize,
  out: usize,
  sums: usize,
): void {
  if (left <= 0) return;
  const at = <usize>c << 2;
  const sum = f32x4.convert_i32x4_s(count);
  if (sums) storeLanes(sums + at, sum, left);
  let value = f32x4.mul(sum, f32x4.splat(factor));
  if (onto) value = f32x4.add(loadLanes(out + at, left, 0), value);
  if (gamma) value = f32x4.mul(value, loadLanes(gamma + at, left, 0));
  storeLanes(out + at, value, left);
}
