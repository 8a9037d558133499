/**
 * Products of signs by look-up, for products with many rows: the counterpart of sign-tables.ts for signs.
 *
 * Four signs of a row of A have 16 values. For each of them it is counted once how many of the same four signs of 64
 * columns (rows of B) agree, less 2, a byte a column, and that then serves every row of A: one look-up and four additions
 * do 256 multiply-accumulates, where XOR and popcount need 22 instructions.
 *
 *     table   group 0 (signs 0 … 3):  | 0000: 64 bytes | 0001: 64 bytes | … | 1111: 64 bytes |
 *             group 1 (signs 4 … 7):  …
 *     counts  row 0: 64 counts | row 1: …
 *
 * A count is Σ (agreeing − 2) over the groups, which is half of agreeing less differing signs. What a last group lacks of
 * four signs, the surplus, agrees; so the product of two rows is 2 count − surplus. A block of k is 128 signs: 32 groups,
 * 32 KB of tables, and counts within ±64. Up to 224 signs bytes hold the counts of the whole product; those of longer ones
 * are added up in 16 bits, block by block.
 */

/** Words of k in a block. */
export const BLOCK_WORDS: i32 = 4;
/** Words of k whose counts fit into bytes. */
export const BYTE_WORDS: i32 = 7;
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
  k: i32,
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
        // Half of agreeing less differing signs, of two: 1 + s + s with bits that are set, the negative with clear ones.
        const isThere = i8x16.splat(((word + step) << 5) + bit < k ? -1 : 0); // a group without a sign counts nothing
        const both = v128.and(i8x16.add(i8x16.add(s0, s1), i8x16.splat(1)), isThere);
        const first = v128.and(i8x16.sub(s0, s1), isThere);
        const upper = v128.and(i8x16.add(i8x16.add(s2, s3), i8x16.splat(1)), isThere);
        const third = v128.and(i8x16.sub(s2, s3), isThere);
        four(to, both, first, i8x16.neg(upper));
        four(to + 256, both, first, third);
        four(to + 512, both, first, i8x16.neg(third));
        four(to + 768, both, first, upper);
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

/** Four entries, 64 bytes apart, with the same two upper signs: −both, first, −first, both of the lower ones. */
// @ts-ignore: decorator
@inline
function four(to: usize, both: v128, first: v128, upper: v128): void {
  v128.store(to, i8x16.sub(upper, both));
  v128.store(to, i8x16.add(upper, first), 64);
  v128.store(to, i8x16.sub(upper, first), 128);
  v128.store(to, i8x16.add(upper, both), 192);
}

// @ts-ignore: decorator
@inline
function fourBits(words: v128, bit: i32): v128 {
  return v128.and(i32x4.shr_u(words, bit), i32x4.splat(15));
}

/**
 * Counts one block for `rows` rows of A: `bytes` = or += the counts of 64 columns, 64 bytes a row. They are stored as
 * they were counted, in two neighbouring pairs of registers, so that a pair can be one register of 256 bits.
 *
 * @param a the block's first word of row 0; rows are `rowBytes` apart
 */
export function countByTables(
  a: usize,
  rowBytes: usize,
  words: i32,
  table: usize,
  bytes: usize,
  rows: i32,
  fresh: bool,
): void {
  for (let row = 0; row < rows; row++) {
    let c0 = i8x16.splat(0), c1 = i8x16.splat(0), c2 = i8x16.splat(0), c3 = i8x16.splat(0);
    if (!fresh) {
      c0 = v128.load(bytes);
      c1 = v128.load(bytes, 16);
      c2 = v128.load(bytes, 32);
      c3 = v128.load(bytes, 48);
    }
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
    v128.store(bytes, c0);
    v128.store(bytes, c1, 16);
    v128.store(bytes, c2, 32);
    v128.store(bytes, c3, 48);
    bytes += 64;
    a += rowBytes;
  }
}

/** 16-bit counts = or += bytes; 64 a row. */
export function widenCounts(bytes: usize, counts: usize, rows: i32, fresh: bool): void {
  const end = bytes + (<usize>rows << 6);
  for (; bytes < end; bytes += 16) {
    const both = v128.load(bytes);
    let low = i16x8.extend_low_i8x16_s(both);
    let high = i16x8.extend_high_i8x16_s(both);
    if (!fresh) {
      low = i16x8.add(low, v128.load(counts));
      high = i16x8.add(high, v128.load(counts, 16));
    }
    v128.store(counts, low);
    v128.store(counts, high, 16);
    counts += 32;
  }
}
