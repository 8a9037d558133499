import { Nullable, onward } from "./onward";
import { signWords } from "./pack-signs";
import { countByPopcount } from "./xnor-popcount";
import { gatherFactors, storeFloats, storeSigns } from "./xnor-store";
import { BLOCK_WORDS, COLUMNS, countDifferences, TABLE_BYTES, tabulateSigns } from "./xnor-tables";

/**
 * Y = A · Bᵀ of two matrices of signs, [m, k] and [n, k], as bits (layouts in pack-signs.ts).
 *
 * Of k signs, popcount(a XOR b) differ, so the product of two rows is k − 2 popcount(a XOR b): padding bits are 0 on
 * both sides and count nothing. Y is made in blocks of 1024 rows × 64 columns: differences are counted into 16 bits,
 * by tables where there are many rows, by popcount where there are few, then scaled as they are stored.
 *
 *     scratch:  | tables, 32 KB | counts, 1024 × 64 × 2 bytes | 64 alphas | 64 biases |      from a multiple of 64 on
 */

const ROWS: i32 = 1024;
/** Rows from which on tables are faster. */
const MANY: i32 = 64;

/** Scratch of both kernels here, bytes. */
export function xnorGemmScratch(): usize {
  return 64 + TABLE_BYTES + (ROWS * COLUMNS * 2) + COLUMNS * 8;
}

/**
 * y = residual + (acc · alpha · token + bias), acc the exact integer; a null pointer leaves its step out. k < 65536.
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
  const counts = countsOf(scratch);
  const factors = counts + ROWS * COLUMNS * 2;
  for (let j = 0; j < n; j += COLUMNS) {
    const columns = min(n - j, COLUMNS);
    gatherFactors(alpha, bias, j, columns, factors);
    for (let i = 0; i < m; i += ROWS) {
      const rows = min(m - i, ROWS);
      countBlock(a, panels, m, n, k, i, rows, j, columns, scratch);
      const at = i * stride + j;
      storeFloats(counts, rows, columns, k, factors, onward(token, i), onward(y, at), onward(residual, at), stride);
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
  const counts = countsOf(scratch);
  const factors = counts + ROWS * COLUMNS * 2;
  const rowBytes: usize = <usize>signWords(n) << 2;
  memory.fill(signs, 0, rowBytes * m);
  for (let j = 0; j < n; j += COLUMNS) {
    const columns = min(n - j, COLUMNS);
    gatherFactors(alpha, bias, j, columns, factors);
    for (let i = 0; i < m; i += ROWS) {
      const rows = min(m - i, ROWS);
      countBlock(a, panels, m, n, k, i, rows, j, columns, scratch);
      const to = signs + <usize>i * rowBytes + (<usize>j >> 3);
      storeSigns(counts, rows, columns, k, factors, onward(token, i), to, rowBytes);
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
function countsOf(scratch: usize): usize {
  return tablesOf(scratch) + TABLE_BYTES;
}

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
): void {
  const words = signWords(k);
  const rowBytes: usize = <usize>words << 2;
  const from = a + <usize>i * rowBytes;
  const counts = countsOf(scratch);
  if (m < MANY) {
    countByPopcount(from, rowBytes, words, panels + <usize>j * rowBytes, columns, counts, rows);
    return;
  }
  const tables = tablesOf(scratch);
  for (let word = 0; word < words; word += BLOCK_WORDS) {
    const steps = min(words - word, BLOCK_WORDS);
    // The tables of a k that is one block serve all rows.
    if (i == 0 || words > BLOCK_WORDS) tabulateSigns(panels, j, n, word, steps, words, tables);
    countDifferences(from + (<usize>word << 2), rowBytes, steps, tables, counts, rows, word == 0);
  }
}
