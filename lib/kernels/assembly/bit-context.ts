import { loadLanes, storeLanes } from "./lanes";
import { Nullable, onward } from "./onward";
import { signWords } from "./pack-signs";
import { entryOf, storeSums, sum4 } from "./sign-counts";

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
      const none = i8x16.splat(0);
      storeSums(none, lowSigns(w0), lowSigns(w1), lowSigns(w2), lowSigns(w3), tables, 1 << ENTRY);
      storeSums(none, highSigns(w0), highSigns(w1), highSigns(w2), highSigns(w3), tables + 16, 1 << ENTRY);
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

/**
 * One level of some rows of the context, added to those before it if `onto`; each channel times its gamma.
 *
 * @param bits of p: rows `rowStride`, words of a row `wordStride` bytes apart
 * @param factors α of the first row, `factorStep` bytes on of the second, …
 * @param gamma [d]
 * @param out rows `outStride` floats apart
 * @param sums the integers [rows, d], or null
 */
export function contextRows(
  bits: usize,
  rowStride: usize,
  wordStride: usize,
  rows: i32,
  tokens: i32,
  tables: usize,
  dim: i32,
  factors: usize,
  factorStep: usize,
  onto: bool,
  gamma: usize,
  out: usize,
  outStride: i32,
  sums: Nullable,
): void {
  for (let c = 0; c < dim; c += 32) {
    const own = gamma + (<usize>c << 2);
    for (let i = 0; i < rows; i++) {
      const factor = v128.load32_splat(factors + factorStep * i);
      const to = out + (<usize>(i * outStride + c) << 2);
      let from = bits + rowStride * i;
      let table = tables;
      let s0 = i16x8.splat(0), s1 = s0, s2 = s0, s3 = s0;
      for (let left = tokens; left > 0; ) {
        let low = i8x16.splat(0), high = low;
        const end = max(left - 32 * WORDS, 0);
        for (; left > end; left -= 32) {
          let word = load<u32>(from);
          from += wordStride;
          if (left > 28) {
            for (let half = 0; half < 2; half++) {
              const p0 = table + entryOf(word, 0, ENTRY);
              const p1 = table + entryOf(word, 1, ENTRY) + (16 << ENTRY);
              const p2 = table + entryOf(word, 2, ENTRY) + (32 << ENTRY);
              const p3 = table + entryOf(word, 3, ENTRY) + (48 << ENTRY);
              low = i8x16.add(low, sum4(v128.load(p0), v128.load(p1), v128.load(p2), v128.load(p3)));
              high = i8x16.add(high, sum4(v128.load(p0, 16), v128.load(p1, 16), v128.load(p2, 16), v128.load(p3, 16)));
              word >>= 16;
              table += 64 << ENTRY;
            }
          } else {
            for (let four = left; four > 0; four -= 4) {
              const at = table + ((word & 15) << ENTRY);
              low = i8x16.add(low, v128.load(at));
              high = i8x16.add(high, v128.load(at, 16));
              word >>= 4;
              table += 16 << ENTRY;
            }
          }
        }
        s0 = i16x8.add(s0, i16x8.extend_low_i8x16_s(low));
        s1 = i16x8.add(s1, i16x8.extend_high_i8x16_s(low));
        s2 = i16x8.add(s2, i16x8.extend_low_i8x16_s(high));
        s3 = i16x8.add(s3, i16x8.extend_high_i8x16_s(high));
      }
      const left = dim - c;
      if (left >= 32 && !sums) {
        if (onto) {
          addTo(to, own, s0, factor);
          addTo(to + 32, own + 32, s1, factor);
          addTo(to + 64, own + 64, s2, factor);
          addTo(to + 96, own + 96, s3, factor);
        } else {
          put(to, own, s0, factor);
          put(to + 32, own + 32, s1, factor);
          put(to + 64, own + 64, s2, factor);
          put(to + 96, own + 96, s3, factor);
        }
        continue;
      }
      const show = onward(sums, i * dim + c);
      const more: usize = show ? 32 : 0;
      finish(to, own, s0, factor, onto, left, show);
      finish(to + 32, own + 32, s1, factor, onto, left - 8, show + more);
      finish(to + 64, own + 64, s2, factor, onto, left - 16, show + more * 2);
      finish(to + 96, own + 96, s3, factor, onto, left - 24, show + more * 3);
    }
    tables += valueTableBytes(tokens, 1);
  }
}

/** Eight channels. */
// @ts-ignore: decorator
@inline
function put(to: usize, gamma: usize, sum: v128, factor: v128): void {
  const low = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(sum)), factor);
  const high = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(sum)), factor);
  v128.store(to, f32x4.mul(low, v128.load(gamma)));
  v128.store(to, f32x4.mul(high, v128.load(gamma, 16)), 16);
}

function addTo(to: usize, gamma: usize, sum: v128, factor: v128): void {
  const low = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(sum)), factor);
  const high = f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(sum)), factor);
  v128.store(to, f32x4.mul(f32x4.add(v128.load(to), low), v128.load(gamma)));
  v128.store(to, f32x4.mul(f32x4.add(v128.load(to, 16), high), v128.load(gamma, 16)), 16);
}

/** Eight channels, of which `left` are there. */
function finish(to: usize, gamma: usize, sum: v128, factor: v128, onto: bool, left: i32, sums: usize): void {
  const end = min(left, 8);
  for (let c = 0; c < end; c += 4) {
    const exact = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(sum));
    if (sums) storeLanes(sums, exact, left - c);
    let value = f32x4.mul(exact, factor);
    if (onto) value = f32x4.add(loadLanes(to, left - c, 0), value);
    storeLanes(to, f32x4.mul(value, loadLanes(gamma, left - c, 0)), left - c);
    sum = v128.shuffle<i64>(sum, sum, 1, 0);
    to += 16;
    gamma += 16;
    sums += sums ? 16 : 0;
  }
}
