import { COLUMNS } from "./xnor-tables";

/**
 * Counts as xnor-tables.ts defines them, by XOR and popcount, for products with few rows, where tables would not pay.
 *
 * A tile, 4 × 8, is counted in eight registers; one step takes a word, 32 signs:
 *
 *                        B panel  | b0 … b7 |      (8 words of 32 signs, two registers)
 *     A rows                       counts, a byte for every 8 signs: four bytes a column
 *     | a0 |  four words,          c00 | c01
 *     | a1 |  each repeated         ⋮
 *     | a2 |  over a register      c30 | c31
 *     | a3 |
 *
 * A byte holds the counts of 31 steps (31 · 8 = 248); then bytes are added up in 32-bit lanes.
 */

const STEPS: i32 = 31;

// @ts-ignore: decorator
@inline
function count(sum: v128, a: v128, b: v128): v128 {
  return i8x16.add(sum, i8x16.popcnt(v128.xor(a, b)));
}

/** Four bytes to one 32-bit lane, added to `sum`. */
// @ts-ignore: decorator
@inline
function widen(sum: v128, bytes: v128): v128 {
  return i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
}

/** Eight counts, from how many signs differ. */
// @ts-ignore: decorator
@inline
function signed(half: v128, low: v128, high: v128): v128 {
  return i16x8.narrow_i32x4_s(i32x4.sub(half, low), i32x4.sub(half, high));
}

/**
 * Counts of `rows` rows of A (`rowBytes` apart) against the 8 rows of each of `panels`' first `columns` / 8 panels.
 *
 *     counts   row 0: 64 16-bit counts | row 1: …
 */
export function countByPopcount(a: usize, rowBytes: usize, words: i32, panels: usize, columns: i32, counts: usize, rows: i32, k: i32): void {
  const half = i32x4.splat(((k + 3) >> 2) << 1);
  for (let row = 0; row < rows; row += 4) {
    const here = min(rows - row, 4);
    // Rows that are missing repeat one that is there, here and in the counts.
    const first = a + <usize>row * rowBytes;
    const second: usize = here > 1 ? rowBytes : 0;
    const third: usize = here > 2 ? rowBytes * 2 : 0;
    const fourth: usize = here > 3 ? rowBytes * 3 : 0;
    let b = panels;
    for (let column = 0; column < columns; column += 8) {
      let s00 = i32x4.splat(0), s01 = i32x4.splat(0);
      let s10 = i32x4.splat(0), s11 = i32x4.splat(0);
      let s20 = i32x4.splat(0), s21 = i32x4.splat(0);
      let s30 = i32x4.splat(0), s31 = i32x4.splat(0);
      let from = first;
      for (let word = 0; word < words; word += STEPS) {
        let c00 = i32x4.splat(0), c01 = i32x4.splat(0);
        let c10 = i32x4.splat(0), c11 = i32x4.splat(0);
        let c20 = i32x4.splat(0), c21 = i32x4.splat(0);
        let c30 = i32x4.splat(0), c31 = i32x4.splat(0);
        const end = from + (<usize>min(words - word, STEPS) << 2);
        while (from < end) {
          const b0 = v128.load(b);
          const b1 = v128.load(b, 16);
          const a0 = v128.load32_splat(from);
          c00 = count(c00, a0, b0);
          c01 = count(c01, a0, b1);
          const a1 = v128.load32_splat(from + second);
          c10 = count(c10, a1, b0);
          c11 = count(c11, a1, b1);
          const a2 = v128.load32_splat(from + third);
          c20 = count(c20, a2, b0);
          c21 = count(c21, a2, b1);
          const a3 = v128.load32_splat(from + fourth);
          c30 = count(c30, a3, b0);
          c31 = count(c31, a3, b1);
          from += 4;
          b += 32;
        }
        s00 = widen(s00, c00);
        s01 = widen(s01, c01);
        s10 = widen(s10, c10);
        s11 = widen(s11, c11);
        s20 = widen(s20, c20);
        s21 = widen(s21, c21);
        s30 = widen(s30, c30);
        s31 = widen(s31, c31);
      }
      const to = counts + <usize>(row * COLUMNS + column) * 2;
      v128.store(to, signed(half, s00, s01));
      v128.store(to, signed(half, s10, s11), COLUMNS * 2);
      v128.store(to, signed(half, s20, s21), COLUMNS * 4);
      v128.store(to, signed(half, s30, s31), COLUMNS * 6);
    }
  }
}
