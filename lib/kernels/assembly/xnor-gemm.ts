import { Nullable, onward } from "./onward";
import { signWords } from "./pack-signs";
import { countByPopcount } from "./xnor-popcount";
import { gatherLimits, LIMIT_BYTES, storeSignsByLimits, storeSignsOfValues } from "./xnor-signs";
import { FACTOR_BYTES, gatherFactors, isWhole, storeFloats } from "./xnor-store";
import { BLOCK_WORDS, BYTE_WORDS, COLUMNS, countByTables, TABLE_BYTES, tabulateSigns, widenCounts } from "./xnor-tables";

/**
 * Y = A · Bᵀ of two matrices of signs, [m, k] and [n, k], as bits (layouts in pack-signs.ts).
 *
 * Of k signs, popcount(a XOR b) differ, so the product of two rows is k − 2 popcount(a XOR b): padding bits are 0 on
 * both sides and count nothing. Y is made in blocks of rows × 64 columns: differences are counted, by tables where there
 * are many rows, by popcount where there are few, then scaled as they are stored. Tables that are made anew for every
 * block must serve many rows; where they stay, a block is small enough for the first cache.
 *
 *     scratch:  | tables, 32 KB | bytes, 1024 × 64 | counts, 1024 × 64 × 2 bytes | 64 alphas | 64 biases |
 *               from a multiple of 64 on
 */

/** Rows of a block where k has several blocks, and where it has one. */
const ROWS: i32 = 1024;
const FEW_ROWS: i32 = 128;
/** Rows from which on tables are faster. */
const MANY: i32 = 64;

/** Scratch of both kernels here, bytes. */
export function xnorGemmScratch(): usize {
  return 64 + TABLE_BYTES + <usize>(ROWS * COLUMNS * 3) + FACTOR_BYTES + LIMIT_BYTES;
}

/**
 * y = residual + (acc · alpha · token + bias), acc the exact integer; a null pointer leaves its step out. k ≤ 65532.
 *
 *     a        plain rows [m, k]         panels   panels of [n, k]
 *     y        floats [m, n], rows `stride` apart             alpha, bias [n]   token [m]   residual as y
 */
export function xnorGemm(
  a: usize,
  panels: usize,
  y: usize,
  m: i32,
  n: i32,
  k: i32,
  stride: i32,
  alpha: Nullable,
  token: Nullable,
  bias: Nullable,
  residual: Nullable,
  scratch: usize,
): void {
  const factors = countsOf(scratch) + ROWS * COLUMNS * 2;
  const block = rowsOfBlock(k);
  const surplus = surplusOf(k);
  for (let j = 0; j < n; j += COLUMNS) {
    const columns = min(n - j, COLUMNS);
    gatherFactors(alpha, bias, j, columns, isWhole(columns, surplus), factors);
    for (let i = 0; i < m; i += block) {
      const rows = min(m - i, block);
      const inBytes = countBlock(a, panels, m, n, k, i, rows, j, columns, scratch);
      const at = i * stride + j;
      const counts = inBytes ? bytesOf(scratch) : countsOf(scratch);
      storeFloats(counts, inBytes, rows, columns, surplus, factors, onward(token, i), onward(y, at), onward(residual, at), stride);
    }
  }
}

/** The signs of the same values, which are those of GELU of them too; plain rows [m, n]. */
export function xnorGemmSigns(
  a: usize,
  panels: usize,
  signs: usize,
  m: i32,
  n: i32,
  k: i32,
  alpha: Nullable,
  token: Nullable,
  bias: Nullable,
  scratch: usize,
): void {
  const factors = countsOf(scratch) + ROWS * COLUMNS * 2;
  const block = rowsOfBlock(k);
  const surplus = surplusOf(k);
  const limits = factors + FACTOR_BYTES;
  const rowBytes: usize = <usize>signWords(n) << 2;
  memory.fill(signs, 0, rowBytes * m);
  for (let j = 0; j < n; j += COLUMNS) {
    const columns = min(n - j, COLUMNS);
    gatherFactors(alpha, bias, j, columns, false, factors);
    if (!token) gatherLimits(factors, columns, surplus, limits);
    for (let i = 0; i < m; i += block) {
      const rows = min(m - i, block);
      const inBytes = countBlock(a, panels, m, n, k, i, rows, j, columns, scratch);
      const to = signs + <usize>i * rowBytes + (<usize>j >> 3);
      const counts = inBytes ? bytesOf(scratch) : countsOf(scratch);
      if (token) storeSignsOfValues(counts, inBytes, rows, columns, surplus, factors, onward(token, i), to, rowBytes);
      else storeSignsByLimits(counts, inBytes, rows, columns, limits, to, rowBytes);
    }
  }
}

/** An entry of the tables is then one line of the cache. */
// @ts-ignore: decorator
@inline
function tablesOf(scratch: usize): usize {
  return (scratch + 63) & ~63;
}

// @ts-ignore: decorator
@inline
function bytesOf(scratch: usize): usize {
  return tablesOf(scratch) + TABLE_BYTES;
}

// @ts-ignore: decorator
@inline
function countsOf(scratch: usize): usize {
  return bytesOf(scratch) + ROWS * COLUMNS;
}

// @ts-ignore: decorator
@inline
function rowsOfBlock(k: i32): i32 {
  return signWords(k) > BLOCK_WORDS ? ROWS : FEW_ROWS;
}

/** Signs that are missing in the last group of four. */
// @ts-ignore: decorator
@inline
function surplusOf(k: i32): i32 {
  return -k & 3;
}

/** @returns whether the counts are bytes */
function countBlock(
  a: usize,
  panels: usize,
  m: i32,
  n: i32,
  k: i32,
  i: i32,
  rows: i32,
  j: i32,
  columns: i32,
  scratch: usize,
): bool {
  const words = signWords(k);
  const rowBytes: usize = <usize>words << 2;
  const from = a + <usize>i * rowBytes;
  if (m < MANY) {
    countByPopcount(from, rowBytes, words, panels + <usize>j * rowBytes, columns, countsOf(scratch), rows, k);
    return false;
  }
  const tables = tablesOf(scratch);
  const inBytes = words <= BYTE_WORDS;
  for (let word = 0; word < words; word += BLOCK_WORDS) {
    const steps = min(words - word, BLOCK_WORDS);
    const first = word == 0;
    // The tables of a k that is one block serve all rows.
    if (i == 0 || words > BLOCK_WORDS) tabulateSigns(panels, j, n, word, steps, words, k, tables);
    countByTables(from + (<usize>word << 2), rowBytes, steps, tables, bytesOf(scratch), rows, first || !inBytes);
    if (!inBytes) widenCounts(bytesOf(scratch), countsOf(scratch), rows, first);
  }
  return inBytes;
}
