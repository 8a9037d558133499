import { pack } from "./pack";
import { onward } from "./onward";

/**
 * Sums of floats with signs, Σ_k s[n, k] · f[k], without a multiplication: four terms at a time are looked up.
 *
 * Four floats have 16 signed sums; made once, they serve every row of signs, and four bits of the row are the address.
 * Each entry holds the sums of 32 columns of f (eight registers of 128 bits, or four of 256), so one look-up and eight
 * additions do 128 multiply-accumulates:
 *
 *     panel   k = 0: 32 columns | k = 1: 32 columns | …        f of a block of k, and 0 where it has no more
 *     table   group 0 (k = 0 … 3):  | ++++ : 32 columns | −+++ : 32 columns | … | −−−− : 32 columns |
 *             group 1 (k = 4 … 7):  …                      entry e: the sign of k + i is bit i of e
 *     signs   row n: word w holds groups 8w … 8w + 7, four bits each
 *     strip   row n: 32 sums
 *
 * The order of additions depends on k alone: (f0 ± f1) + (f2 ± f3) in a group, groups in pairs, pair after pair. Registers
 * stand in neighbouring pairs, which can be one of 256 bits.
 */

/** Columns of a strip. */
export const LANES: i32 = 32;
/** Bytes of an entry: 32 floats. */
export const ENTRY: usize = 128;
/** Signs a block of tables serves. */
export const BLOCK: i32 = 64;
/** Bytes of a group's table: 16 entries. */
const GROUP: usize = 2048;
/** Bytes of a block's tables. */
const TABLES: usize = 32768;
/** Bytes of a block's panel. */
const PANEL: usize = 8192;

/** Bytes of everything here for a strip of `rows` rows, which begins at `stripOf` the scratch. */
export function signTablesScratch(rows: i32): usize {
  return 64 + TABLES + PANEL + <usize>rows * ENTRY;
}

/** An entry is then whole lines of the cache. */
// @ts-ignore: decorator
@inline
function tablesOf(scratch: usize): usize {
  return (scratch + 63) & ~63;
}

// @ts-ignore: decorator
@inline
export function stripOf(scratch: usize): usize {
  return tablesOf(scratch) + TABLES + PANEL;
}

/**
 * Adds the sums over one block of k to every row of the strip.
 *
 * @param f element (column, k) is at f + 4 (column · columnStride + k · kStride); one of the strides is 1
 * @param columns at most 32; sums of missing ones are 0
 * @param steps at most `BLOCK` of k
 * @param factors of f, one for each k, or 0
 * @param signs the block's first word of row 0; rows are `rowBytes` apart
 */
export function addBlock(
  f: usize,
  columnStride: i32,
  kStride: i32,
  columns: i32,
  steps: i32,
  factors: usize,
  signs: usize,
  rowBytes: usize,
  rows: i32,
  scratch: usize,
): void {
  const tables = tablesOf(scratch);
  const panel = tables + TABLES;
  const whole = (steps + 3) & ~3;
  pack(f, columnStride, kStride, columns, steps, LANES, panel);
  if (factors) scaleSteps(panel, steps, factors);
  memory.fill(panel + <usize>steps * ENTRY, 0, <usize>(whole - steps) * ENTRY);
  tabulate(panel, whole, tables);
  accumulate(signs, rowBytes, whole >> 2, tables, stripOf(scratch), rows);
}

function scaleSteps(panel: usize, steps: i32, factors: usize): void {
  for (let step = 0; step < steps; step++) {
    const factor = v128.load32_splat(onward(factors, step));
    for (const end = panel + ENTRY; panel < end; panel += 32) {
      const low = f32x4.mul(v128.load(panel), factor);
      const high = f32x4.mul(v128.load(panel, 16), factor);
      v128.store(panel, low);
      v128.store(panel, high, 16);
    }
  }
}

/** Tables of a panel. */
function tabulate(panel: usize, steps: i32, table: usize): void {
  for (let step = 0; step < steps; step += 4) {
    for (let at: usize = 0; at < ENTRY; at += 32) eightColumns(panel + at, table + at);
    panel += 4 * ENTRY;
    table += GROUP;
  }
}

/** The 16 signed sums of four rows of eight columns. */
// @ts-ignore: decorator
@inline
function eightColumns(panel: usize, table: usize): void {
  const f0 = v128.load(panel), g0 = v128.load(panel, 16);
  const f1 = v128.load(panel, ENTRY), g1 = v128.load(panel, ENTRY + 16);
  const f2 = v128.load(panel, 2 * ENTRY), g2 = v128.load(panel, 2 * ENTRY + 16);
  const f3 = v128.load(panel, 3 * ENTRY), g3 = v128.load(panel, 3 * ENTRY + 16);
  const plus = f32x4.add(f0, f1), plus2 = f32x4.add(g0, g1);
  const first = f32x4.sub(f1, f0), first2 = f32x4.sub(g1, g0); // bit 0: f0 negative
  const second = f32x4.sub(f0, f1), second2 = f32x4.sub(g0, g1);
  const both = f32x4.neg(plus), both2 = f32x4.neg(plus2);
  let high = f32x4.add(f2, f3), high2 = f32x4.add(g2, g3);
  four(table, plus, plus2, first, first2, second, second2, both, both2, high, high2);
  four(table + 12 * ENTRY, plus, plus2, first, first2, second, second2, both, both2, f32x4.neg(high), f32x4.neg(high2));
  high = f32x4.sub(f3, f2);
  high2 = f32x4.sub(g3, g2);
  four(table + 4 * ENTRY, plus, plus2, first, first2, second, second2, both, both2, high, high2);
  high = f32x4.sub(f2, f3);
  high2 = f32x4.sub(g2, g3);
  four(table + 8 * ENTRY, plus, plus2, first, first2, second, second2, both, both2, high, high2);
}

/** Four entries with the same two upper signs. */
// @ts-ignore: decorator
@inline
function four(
  table: usize,
  a: v128,
  a2: v128,
  b: v128,
  b2: v128,
  c: v128,
  c2: v128,
  d: v128,
  d2: v128,
  high: v128,
  high2: v128,
): void {
  v128.store(table, f32x4.add(a, high));
  v128.store(table, f32x4.add(a2, high2), 16);
  v128.store(table, f32x4.add(b, high), ENTRY);
  v128.store(table, f32x4.add(b2, high2), ENTRY + 16);
  v128.store(table, f32x4.add(c, high), 2 * ENTRY);
  v128.store(table, f32x4.add(c2, high2), 2 * ENTRY + 16);
  v128.store(table, f32x4.add(d, high), 3 * ENTRY);
  v128.store(table, f32x4.add(d2, high2), 3 * ENTRY + 16);
}

/** Looks up the sums of one block for every row of the strip. */
function accumulate(signs: usize, rowBytes: usize, groups: i32, table: usize, strip: usize, rows: i32): void {
  for (let row = 0; row < rows; row++) {
    let s0 = v128.load(strip), s1 = v128.load(strip, 16), s2 = v128.load(strip, 32), s3 = v128.load(strip, 48);
    let s4 = v128.load(strip, 64), s5 = v128.load(strip, 80), s6 = v128.load(strip, 96), s7 = v128.load(strip, 112);
    let from = signs;
    let at = table;
    let left = groups;
    // One byte, two groups a turn: in a longer body V8 loads everything first and spills it. The pair is added up
    // first, so that a turn waits for one addition to the sums, not two.
    for (; left > 1; left -= 2) {
      const byte = <usize>load<u8>(from);
      const low = at + ((byte << 7) & 0x780);
      const high = at + ((byte << 3) & 0x780);
      s0 = f32x4.add(s0, f32x4.add(v128.load(low), v128.load(high, GROUP)));
      s1 = f32x4.add(s1, f32x4.add(v128.load(low, 16), v128.load(high, GROUP + 16)));
      s2 = f32x4.add(s2, f32x4.add(v128.load(low, 32), v128.load(high, GROUP + 32)));
      s3 = f32x4.add(s3, f32x4.add(v128.load(low, 48), v128.load(high, GROUP + 48)));
      s4 = f32x4.add(s4, f32x4.add(v128.load(low, 64), v128.load(high, GROUP + 64)));
      s5 = f32x4.add(s5, f32x4.add(v128.load(low, 80), v128.load(high, GROUP + 80)));
      s6 = f32x4.add(s6, f32x4.add(v128.load(low, 96), v128.load(high, GROUP + 96)));
      s7 = f32x4.add(s7, f32x4.add(v128.load(low, 112), v128.load(high, GROUP + 112)));
      from++;
      at += 2 * GROUP;
    }
    if (left > 0) {
      const low = at + ((<usize>load<u8>(from) << 7) & 0x780);
      s0 = f32x4.add(s0, v128.load(low));
      s1 = f32x4.add(s1, v128.load(low, 16));
      s2 = f32x4.add(s2, v128.load(low, 32));
      s3 = f32x4.add(s3, v128.load(low, 48));
      s4 = f32x4.add(s4, v128.load(low, 64));
      s5 = f32x4.add(s5, v128.load(low, 80));
      s6 = f32x4.add(s6, v128.load(low, 96));
      s7 = f32x4.add(s7, v128.load(low, 112));
    }
    v128.store(strip, s0);
    v128.store(strip, s1, 16);
    v128.store(strip, s2, 32);
    v128.store(strip, s3, 48);
    v128.store(strip, s4, 64);
    v128.store(strip, s5, 80);
    v128.store(strip, s6, 96);
    v128.store(strip, s7, 112);
    signs += rowBytes;
    strip += ENTRY;
  }
}
