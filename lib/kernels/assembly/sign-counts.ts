/**
 * In how many signs rows of two small matrices differ, all with all, as bytes: up to 255 signs a row.
 *
 * Four signs have 16 patterns. For each pattern a table holds in how many signs it differs from those of all columns, so
 * that a row is counted by one look-up for 4 signs of 16 columns.
 *
 *     columns, rows    plain rows of signs (pack-signs.ts) of `words` words
 *     counts           [rows, stride], a byte for each column
 *     least            the smallest count of each column, a byte
 *
 *     tables:  | signs 0 … 3: | pattern 0: columns 0 … 63 | … | pattern 15 | | signs 4 … 7: | … |
 */

/** Columns that are counted together; what is left goes by 16. */
const COLUMNS: i32 = 64;

/** Bytes of the tables. */
export function countTableBytes(words: i32): usize {
  return (<usize>words << 7) * COLUMNS;
}

/** @param numColumns a multiple of 16 */
export function countSigns(
  columns: usize,
  numColumns: i32,
  rows: usize,
  numRows: i32,
  words: i32,
  counts: usize,
  stride: i32,
  least: usize,
  tables: usize,
): void {
  let j = 0;
  for (; j + COLUMNS <= numColumns; j += COLUMNS) {
    tabulate(columns + (<usize>(j * words) << 2), words, COLUMNS, tables);
    countMany(rows, numRows, words, tables, counts + j, stride, least + j);
  }
  for (; j < numColumns; j += 16) {
    tabulate(columns + (<usize>(j * words) << 2), words, 16, tables);
    countFew(rows, numRows, words, tables, counts + j, stride, least + j);
  }
}

function tabulate(columns: usize, words: i32, count: i32, tables: usize): void {
  const step: usize = <usize>words << 2;
  const entry: usize = count;
  const byteMask = i32x4.splat(255);
  for (let first: usize = 0; first < entry; first += 16) {
    let to = tables + first;
    for (let word = 0; word < words; word++) {
      const at = columns + first * step + (<usize>word << 2);
      let a = four(at, step);
      let b = four(at + step * 4, step);
      let c = four(at + step * 8, step);
      let d = four(at + step * 12, step);
      for (let byte = 0; byte < 4; byte++) {
        const low = i16x8.narrow_i32x4_u(v128.and(a, byteMask), v128.and(b, byteMask));
        const high = i16x8.narrow_i32x4_u(v128.and(c, byteMask), v128.and(d, byteMask));
        const signs = i8x16.narrow_i16x8_u(low, high);
        tabulateFour(signs, to, entry);
        to += entry << 4;
        tabulateFour(i8x16.shr_u(signs, 4), to, entry);
        to += entry << 4;
        a = i32x4.shr_u(a, 8);
        b = i32x4.shr_u(b, 8);
        c = i32x4.shr_u(c, 8);
        d = i32x4.shr_u(d, 8);
      }
    }
  }
}

/** A word of each of four rows. */
// @ts-ignore: decorator
@inline
function four(at: usize, step: usize): v128 {
  let words = v128.load32_zero(at);
  words = v128.load_lane<i32>(at + step, words, 1);
  words = v128.load_lane<i32>(at + step * 2, words, 2);
  return v128.load_lane<i32>(at + step * 3, words, 3);
}

/** The 16 entries of signs 0 … 3 of 16 columns. */
function tabulateFour(signs: v128, to: usize, entry: usize): void {
  // −1 where the column's sign is set
  const m0 = isSet(signs, 1), m1 = isSet(signs, 2), m2 = isSet(signs, 4), m3 = isSet(signs, 8);
  const one = i8x16.splat(1);
  // What it changes if the pattern's sign is set: 1 more differs, or 1 less
  const none = i8x16.neg(i8x16.add(i8x16.add(m0, m1), i8x16.add(m2, m3)));
  storeSums(none, v128.or(m0, one), v128.or(m1, one), v128.or(m2, one), v128.or(m3, one), to, entry);
}

// @ts-ignore: decorator
@inline
function isSet(signs: v128, bit: u8): v128 {
  const mask = i8x16.splat(bit);
  return i8x16.eq(v128.and(signs, mask), mask);
}

/** `none` and what each pattern of four signs adds to it; a sum is one step from another. */
// @ts-ignore: decorator
@inline
export function storeSums(t: v128, s0: v128, s1: v128, s2: v128, s3: v128, to: usize, entry: usize): void {
  for (let half = 0; half < 2; half++) {
    const t2 = i8x16.add(t, s1), t4 = i8x16.add(t, s2), t6 = i8x16.add(t2, s2);
    v128.store(to, t);
    v128.store(to + entry, i8x16.add(t, s0));
    v128.store(to + entry * 2, t2);
    v128.store(to + entry * 3, i8x16.add(t2, s0));
    v128.store(to + entry * 4, t4);
    v128.store(to + entry * 5, i8x16.add(t4, s0));
    v128.store(to + entry * 6, t6);
    v128.store(to + entry * 7, i8x16.add(t6, s0));
    t = i8x16.add(t, s3);
    to += entry << 3;
  }
}

/** Where in the tables pattern `nibble` of a word is, an entry being 1 << shift bytes. */
// @ts-ignore: decorator
@inline
export function entryOf(word: u32, nibble: u32, shift: u32): usize {
  const moved = shift >= 4 * nibble ? word << (shift - 4 * nibble) : word >> (4 * nibble - shift);
  return moved & (15 << shift);
}

function countMany(
  rows: usize,
  numRows: i32,
  words: i32,
  tables: usize,
  counts: usize,
  stride: i32,
  least: usize,
): void {
  let least0 = i8x16.splat(-1), least1 = least0, least2 = least0, least3 = least0;
  for (let row = 0; row < numRows; row++) {
    let a = i8x16.splat(0), b = a, c = a, d = a;
    let table = tables;
    const end = rows + (<usize>words << 2);
    for (; rows < end; rows += 4) {
      let word = load<u32>(rows);
      for (let half = 0; half < 2; half++) {
        const p0 = table + entryOf(word, 0, 6);
        const p1 = table + entryOf(word, 1, 6) + 1024;
        const p2 = table + entryOf(word, 2, 6) + 2048;
        const p3 = table + entryOf(word, 3, 6) + 3072;
        a = i8x16.add(a, sum4(v128.load(p0), v128.load(p1), v128.load(p2), v128.load(p3)));
        b = i8x16.add(b, sum4(v128.load(p0, 16), v128.load(p1, 16), v128.load(p2, 16), v128.load(p3, 16)));
        c = i8x16.add(c, sum4(v128.load(p0, 32), v128.load(p1, 32), v128.load(p2, 32), v128.load(p3, 32)));
        d = i8x16.add(d, sum4(v128.load(p0, 48), v128.load(p1, 48), v128.load(p2, 48), v128.load(p3, 48)));
        word >>= 16;
        table += 4096;
      }
    }
    v128.store(counts, a);
    v128.store(counts, b, 16);
    v128.store(counts, c, 32);
    v128.store(counts, d, 48);
    counts += stride;
    least0 = i8x16.min_u(least0, a);
    least1 = i8x16.min_u(least1, b);
    least2 = i8x16.min_u(least2, c);
    least3 = i8x16.min_u(least3, d);
  }
  v128.store(least, least0);
  v128.store(least, least1, 16);
  v128.store(least, least2, 32);
  v128.store(least, least3, 48);
}

// @ts-ignore: decorator
@inline
export function sum4(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.add(i8x16.add(a, b), i8x16.add(c, d));
}

function countFew(
  rows: usize,
  numRows: i32,
  words: i32,
  tables: usize,
  counts: usize,
  stride: i32,
  least: usize,
): void {
  let least0 = i8x16.splat(-1);
  for (let row = 0; row < numRows; row++) {
    let sum = i8x16.splat(0);
    let table = tables;
    for (let word = 0; word < words; word++) {
      let bits = load<u32>(rows);
      for (let nibble = 0; nibble < 8; nibble++) {
        sum = i8x16.add(sum, v128.load(table + ((bits & 15) << 4)));
        bits >>= 4;
        table += 256;
      }
      rows += 4;
    }
    v128.store(counts, sum);
    counts += stride;
    least0 = i8x16.min_u(least0, sum);
  }
  v128.store(least, least0);
}
