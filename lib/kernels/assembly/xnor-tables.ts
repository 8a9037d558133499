/**
 * Counts of differing signs by look-up, for products with many rows: the counterpart of sign-tables.ts for signs.
 *
 * Four signs of a row of A have 16 values. For each of them the differences to the same four signs of 64 columns
 * (rows of B) are counted once, a byte a column, and then serve every row of A: one look-up and four additions do
 * 256 multiply-accumulates, where XOR and popcount need 22 instructions.
 *
 *     table   group 0 (signs 0 … 3):  | 0000: 64 bytes | 0001: 64 bytes | … | 1111: 64 bytes |
 *             group 1 (signs 4 … 7):  …
 *     counts  row 0: 64 16-bit counts | row 1: …      (the sums over all blocks of k so far)
 *
 * A block of k is 128 signs: 32 groups, 32 KB of tables, and bytes that count to 128.
 */

/** Words of k in a block. */
export const BLOCK_WORDS: i32 = 4;
/** Columns a table serves. */
export const COLUMNS: i32 = 64;
/** Bytes of the tables of a block. */
export const TABLE_BYTES: usize = 32768;

/** Tables for columns `first` … `first` + 63, words `word` … `word` + `words` − 1 of panels with `allWords` words a row. */
export function tabulateSigns(
  panels: usize,
  first: i32,
  n: i32,
  word: i32,
  words: i32,
  allWords: i32,
  table: usize,
): void {
  const panel: usize = <usize>allWords << 5; // bytes of 8 rows
  for (let column = 0; column < COLUMNS; column += 16) {
    const inside = n - first - column;
    const left = panels + <usize>((first + column) >> 3) * panel + (<usize>word << 5);
    for (let step = 0; step < words; step++) {
      const from = left + (<usize>step << 5);
      const zero = i32x4.splat(0);
      const w0 = inside > 0 ? v128.load(from) : zero;
      const w1 = inside > 0 ? v128.load(from, 16) : zero;
      const w2 = inside > 8 ? v128.load(from + panel) : zero;
      const w3 = inside > 8 ? v128.load(from + panel, 16) : zero;
      let to = table + <usize>column + (<usize>step << 13);
      for (let bit = 0; bit < 32; bit += 4) {
        const low = i16x8.narrow_i32x4_s(fourBits(w0, bit), fourBits(w1, bit));
        const high = i16x8.narrow_i32x4_s(fourBits(w2, bit), fourBits(w3, bit));
        const signs = i8x16.narrow_i16x8_s(low, high);
        const s0 = isClear(signs, 1), s1 = isClear(signs, 2), s2 = isClear(signs, 4), s3 = isClear(signs, 8);
        // A sign differs from a clear bit where it is set (1 + s), and from a set bit where it is clear (−s).
        const plain = i8x16.add(i8x16.add(s0, s1), i8x16.splat(2));
        const first = i8x16.add(i8x16.sub(s1, s0), i8x16.splat(1));
        const second = i8x16.add(i8x16.sub(s0, s1), i8x16.splat(1));
        const both = i8x16.neg(i8x16.add(s0, s1));
        four(to, plain, first, second, both, i8x16.add(i8x16.add(s2, s3), i8x16.splat(2)));
        four(to + 256, plain, first, second, both, i8x16.add(i8x16.sub(s3, s2), i8x16.splat(1)));
        four(to + 512, plain, first, second, both, i8x16.add(i8x16.sub(s2, s3), i8x16.splat(1)));
        four(to + 768, plain, first, second, both, i8x16.neg(i8x16.add(s2, s3)));
        to += 1024;
      }
    }
  }
}

/** −1 in the bytes where the bit is 0. */
// @ts-ignore: decorator
@inline
function isClear(signs: v128, bit: i8): v128 {
  return i8x16.eq(v128.and(signs, i8x16.splat(bit)), i8x16.splat(0));
}

/** Four entries, 64 bytes apart, with the same two upper signs. */
// @ts-ignore: decorator
@inline
function four(to: usize, a: v128, b: v128, c: v128, d: v128, upper: v128): void {
  v128.store(to, i8x16.add(a, upper));
  v128.store(to, i8x16.add(b, upper), 64);
  v128.store(to, i8x16.add(c, upper), 128);
  v128.store(to, i8x16.add(d, upper), 192);
}

// @ts-ignore: decorator
@inline
function fourBits(words: v128, bit: i32): v128 {
  return v128.and(i32x4.shr_u(words, bit), i32x4.splat(15));
}

/**
 * Counts one block for `rows` rows of A: `counts` = or += the differences to 64 columns.
 *
 * @param a the block's first word of row 0; rows are `rowBytes` apart
 */
export function countDifferences(
  a: usize,
  rowBytes: usize,
  words: i32,
  table: usize,
  counts: usize,
  rows: i32,
  fresh: bool,
): void {
  for (let row = 0; row < rows; row++) {
    let c0 = i8x16.splat(0), c1 = i8x16.splat(0), c2 = i8x16.splat(0), c3 = i8x16.splat(0);
    let at = table;
    const end = a + (<usize>words << 2);
    // One word, eight groups a turn. The breaks never happen, no address being 0: they are borders that V8 does not
    // move instructions across. Without them it loads everything first and spills most of it.
    for (let from = a; from < end; from += 4) {
      const word = <usize>load<u32>(from);
      let low = at + ((word << 6) & 0x3c0);
      let high = at + ((word << 2) & 0x3c0);
      c0 = i8x16.add(i8x16.add(c0, v128.load(low)), v128.load(high, 1024));
      c1 = i8x16.add(i8x16.add(c1, v128.load(low, 16)), v128.load(high, 1040));
      c2 = i8x16.add(i8x16.add(c2, v128.load(low, 32)), v128.load(high, 1056));
      c3 = i8x16.add(i8x16.add(c3, v128.load(low, 48)), v128.load(high, 1072));
      if (!high) break;
      low = at + ((word >> 2) & 0x3c0);
      high = at + ((word >> 6) & 0x3c0);
      c0 = i8x16.add(i8x16.add(c0, v128.load(low, 2048)), v128.load(high, 3072));
      c1 = i8x16.add(i8x16.add(c1, v128.load(low, 2064)), v128.load(high, 3088));
      c2 = i8x16.add(i8x16.add(c2, v128.load(low, 2080)), v128.load(high, 3104));
      c3 = i8x16.add(i8x16.add(c3, v128.load(low, 2096)), v128.load(high, 3120));
      if (!high) break;
      low = at + ((word >> 10) & 0x3c0);
      high = at + ((word >> 14) & 0x3c0);
      c0 = i8x16.add(i8x16.add(c0, v128.load(low, 4096)), v128.load(high, 5120));
      c1 = i8x16.add(i8x16.add(c1, v128.load(low, 4112)), v128.load(high, 5136));
      c2 = i8x16.add(i8x16.add(c2, v128.load(low, 4128)), v128.load(high, 5152));
      c3 = i8x16.add(i8x16.add(c3, v128.load(low, 4144)), v128.load(high, 5168));
      if (!high) break;
      low = at + ((word >> 18) & 0x3c0);
      high = at + ((word >> 22) & 0x3c0);
      c0 = i8x16.add(i8x16.add(c0, v128.load(low, 6144)), v128.load(high, 7168));
      c1 = i8x16.add(i8x16.add(c1, v128.load(low, 6160)), v128.load(high, 7184));
      c2 = i8x16.add(i8x16.add(c2, v128.load(low, 6176)), v128.load(high, 7200));
      c3 = i8x16.add(i8x16.add(c3, v128.load(low, 6192)), v128.load(high, 7216));
      at += 8192;
    }
    keep(counts, c0, fresh);
    keep(counts + 32, c1, fresh);
    keep(counts + 64, c2, fresh);
    keep(counts + 96, c3, fresh);
    counts += 128;
    a += rowBytes;
  }
}

/** 16 bytes to 16-bit counts. */
// @ts-ignore: decorator
@inline
function keep(counts: usize, bytes: v128, fresh: bool): void {
  const low = i16x8.extend_low_i8x16_u(bytes);
  const high = i16x8.extend_high_i8x16_u(bytes);
  v128.store(counts, fresh ? low : i16x8.add(low, v128.load(counts)));
  v128.store(counts, fresh ? high : i16x8.add(high, v128.load(counts, 16)), 16);
}
