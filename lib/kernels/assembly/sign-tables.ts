/**
 * Sums of floats with signs, Σ_k s[n, k] · f[k], without a multiplication: four terms at a time are looked up.
 *
 * Four floats have 16 signed sums; made once, they serve every row of signs, and four bits of the row are the address.
 * Each entry holds the sums of 16 columns of f (four registers), so one look-up and four additions do 64
 * multiply-accumulates:
 *
 *     table   group 0 (k = 0 … 3):  | ++++ : 16 columns | −+++ : 16 columns | … | −−−− : 16 columns |
 *             group 1 (k = 4 … 7):  …                      entry e: the sign of k + i is bit i of e
 *     signs   row n: word w holds groups 8w … 8w + 7, four bits each
 *     strip   row n: 16 sums
 *
 * The order of additions depends on k alone: (f0 ± f1) + (f2 ± f3) in a group, groups in pairs, pair after pair.
 */

/** Bytes of an entry: 16 floats. */
export const ENTRY: usize = 64;
/** Bytes of a group's table: 16 entries. */
export const GROUP: usize = 1024;
/** Signs a block of tables serves; its 16 groups, 16 KB, stay in the first cache beside a strip. */
export const BLOCK: i32 = 64;

/** Writes the 16 signed sums of four registers, one entry apart; what is missing at the end of k is 0. */
// @ts-ignore: decorator
@inline
export function tabulate(table: usize, f0: v128, f1: v128, f2: v128, f3: v128): void {
  const plus = f32x4.add(f0, f1);
  const first = f32x4.sub(f1, f0); // bit 0: f0 negative
  const second = f32x4.sub(f0, f1);
  const both = f32x4.neg(plus);
  const high = f32x4.add(f2, f3);
  const third = f32x4.sub(f3, f2);
  const fourth = f32x4.sub(f2, f3);
  const neither = f32x4.neg(high);
  four(table, plus, first, second, both, high);
  four(table + 4 * ENTRY, plus, first, second, both, third);
  four(table + 8 * ENTRY, plus, first, second, both, fourth);
  four(table + 12 * ENTRY, plus, first, second, both, neither);
}

// @ts-ignore: decorator
@inline
function four(table: usize, a: v128, b: v128, c: v128, d: v128, high: v128): void {
  v128.store(table, f32x4.add(a, high));
  v128.store(table, f32x4.add(b, high), ENTRY);
  v128.store(table, f32x4.add(c, high), 2 * ENTRY);
  v128.store(table, f32x4.add(d, high), 3 * ENTRY);
}

/**
 * Adds one block of k to every row of the strip.
 *
 * @param signs the block's first word of row 0; rows are `rowBytes` apart
 * @param groups groups of four in the block
 */
export function accumulate(signs: usize, rowBytes: usize, groups: i32, table: usize, strip: usize, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    let s0 = v128.load(strip);
    let s1 = v128.load(strip, 16);
    let s2 = v128.load(strip, 32);
    let s3 = v128.load(strip, 48);
    let from = signs;
    let at = table;
    let left = groups;
    // One byte, two groups a turn: in a longer body V8 loads everything first and spills it. The pair is added up
    // first, so that a turn waits for one addition to the sums, not two.
    for (; left > 1; left -= 2) {
      const byte = <usize>load<u8>(from);
      const low = at + ((byte << 6) & 0x3c0);
      const high = at + ((byte << 2) & 0x3c0);
      s0 = f32x4.add(s0, f32x4.add(v128.load(low), v128.load(high, GROUP)));
      s1 = f32x4.add(s1, f32x4.add(v128.load(low, 16), v128.load(high, GROUP + 16)));
      s2 = f32x4.add(s2, f32x4.add(v128.load(low, 32), v128.load(high, GROUP + 32)));
      s3 = f32x4.add(s3, f32x4.add(v128.load(low, 48), v128.load(high, GROUP + 48)));
      from++;
      at += 2 * GROUP;
    }
    if (left > 0) {
      const low = at + ((<usize>load<u8>(from) << 6) & 0x3c0);
      s0 = f32x4.add(s0, v128.load(low));
      s1 = f32x4.add(s1, v128.load(low, 16));
      s2 = f32x4.add(s2, v128.load(low, 32));
      s3 = f32x4.add(s3, v128.load(low, 48));
    }
    v128.store(strip, s0);
    v128.store(strip, s1, 16);
    v128.store(strip, s2, 32);
    v128.store(strip, s3, 48);
    signs += rowBytes;
    strip += ENTRY;
  }
}
