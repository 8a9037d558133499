import { rowTile, TILE_COLUMNS, tile } from "./gemm-tile";
import { WIDE_COLUMNS, wideRowTile, wideTile } from "./gemm-wide-tile";
import { loadLanes, storeLanes } from "./lanes";
import { Nullable } from "./onward";
import { pack, packedBytes } from "./pack";
import { wide } from "./tier";

/**
 * C = op(A) · op(B) + bias, row-major float32, any of the four transposed forms.
 *
 * For each block of K (`BLOCK_K`) all of B is packed in panels of 8 columns, then A in blocks of `BLOCK_M` rows in
 * panels of 4; a tile of C, 4 × 8 in eight registers, is a dot product of two panels:
 *
 *                      B panel  | b0…b7 | b0…b7 | …  (one k after the other)
 *     A panel                       C tile
 *     | a0…a3 | a0…a3 | …           c00 … c07
 *                                    ⋮     ⋮
 *                                   c30 … c37
 *
 *     scratch:  | B panels | A panels | one tile for the edges of C |
 *
 * Each element of C is summed in the same order wherever it stands, so a row's result does not depend on M.
 */

export const BLOCK_K: i32 = 256;
const BLOCK_M: i32 = 64;
const TILE_ROWS: i32 = 4;
/** One tile of the wider shape. */
const TILE_BYTES: usize = 256;

/** The part of a tile that lies inside C, `rows` × `columns`, by way of a whole tile at `spare`. */
function edgeTile(
  a: usize,
  b: usize,
  steps: i32,
  c: usize,
  cStride: usize,
  addend: usize,
  addendStride: usize,
  rows: i32,
  columns: i32,
  across: i32,
  spare: usize,
): void {
  if (across == WIDE_COLUMNS) {
    if (rows == 1) wideRowTile(a, b, steps, spare);
    else wideTile(a, b, steps, spare, WIDE_COLUMNS << 2, 0, 0);
  } else if (rows == 1) rowTile(a, b, steps, spare);
  else tile(a, b, steps, spare, TILE_COLUMNS << 2, 0, 0);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j += 4) {
      const at = <usize>j << 2;
      const left = columns - j;
      let value = v128.load(spare + at);
      if (addend) value = f32x4.add(value, loadLanes(addend + at, left, 0));
      storeLanes(c + at, value, left);
    }
    spare += <usize>across << 2;
    c += cStride;
    addend += addendStride;
  }
}

/** Scratch that `multiply` needs, bytes. */
export function multiplyScratch(n: i32, k: i32): usize {
  const steps = min(k, BLOCK_K);
  return packedBytes(n, steps, WIDE_COLUMNS) + packedBytes(BLOCK_M, steps, TILE_ROWS) + TILE_BYTES;
}

/**
 * C = A · B + bias on strided matrices: A(m, k) = a[m · aRow + k · aStep], B(k, n) = b[k · bStep + n · bColumn],
 * C(m, n) = c[m · cRow + n]; strides in elements, one of each pair is 1; `bias` is 0 for none.
 */
export function multiply(
  a: usize,
  aRow: i32,
  aStep: i32,
  b: usize,
  bStep: i32,
  bColumn: i32,
  c: usize,
  cRow: i32,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  scratch: usize,
): void {
  // Wide panels as far as they go, and one of half their width where that is enough for what is left.
  const wideColumns = wide ? (n + 7) & ~15 : 0;
  for (let k0 = 0; k0 < k; k0 += BLOCK_K) {
    const steps = min(k - k0, BLOCK_K);
    const narrow = scratch + packedBytes(wideColumns, steps, WIDE_COLUMNS);
    const packedA = narrow + packedBytes(max(n - wideColumns, 0), steps, TILE_COLUMNS);
    const spare = packedA + packedBytes(BLOCK_M, steps, TILE_ROWS);
    const from = b + (<usize>(k0 * bStep) << 2);
    pack(from, bColumn, bStep, min(n, wideColumns), steps, WIDE_COLUMNS, scratch);
    pack(from + (<usize>(wideColumns * bColumn) << 2), bColumn, bStep, n - wideColumns, steps, TILE_COLUMNS, narrow);
    for (let m0 = 0; m0 < m; m0 += BLOCK_M) {
      const rows = min(m - m0, BLOCK_M);
      const target = c + (<usize>(m0 * cRow) << 2);
      pack(a + (<usize>(m0 * aRow + k0 * aStep) << 2), aRow, aStep, rows, steps, TILE_ROWS, packedA);
      if (wideColumns) tiles(packedA, scratch, target, cRow, rows, 0, min(n, wideColumns), WIDE_COLUMNS, steps, k0 > 0, bias, spare);
      tiles(packedA, narrow, target, cRow, rows, wideColumns, n, TILE_COLUMNS, steps, k0 > 0, bias, spare);
    }
  }
}

/** Columns `first` … `last` of a block of rows of C, from packed panels. */
function tiles(
  packedA: usize,
  panelB: usize,
  c: usize,
  cRow: i32,
  rows: i32,
  first: i32,
  last: i32,
  across: i32,
  steps: i32,
  more: bool,
  bias: usize,
  spare: usize,
): void {
  const cStride: usize = <usize>cRow << 2;
  const aPanel: usize = <usize>(TILE_ROWS * steps) << 2;
  const bPanel: usize = <usize>(across * steps) << 2;
  const addendStride: usize = more ? cStride : 0;
  for (let j = first; j < last; j += across) {
    let panelA = packedA;
    const columns = min(last - j, across);
    for (let i = 0; i < rows; i += TILE_ROWS) {
      const target = c + (<usize>(i * cRow + j) << 2);
      const addend: usize = more ? target : bias ? bias + (<usize>j << 2) : 0;
      const inside = min(rows - i, TILE_ROWS);
      if (inside < TILE_ROWS || columns < across) {
        edgeTile(panelA, panelB, steps, target, cStride, addend, addendStride, inside, columns, across, spare);
      } else if (across == WIDE_COLUMNS) {
        wideTile(panelA, panelB, steps, target, cStride, addend, addendStride);
      } else {
        tile(panelA, panelB, steps, target, cStride, addend, addendStride);
      }
      panelA += aPanel;
    }
    panelB += bPanel;
  }
}

/** Scratch that `gemm` needs, bytes. */
export function gemmScratch(n: i32, k: i32): usize {
  return multiplyScratch(n, k);
}

/**
 * `batch` products C [m, n] = op(A) · op(B) + bias, one after the other in memory. op(A) is [m, k]: A itself, or with
 * `transposeA` the transpose of A [k, m]; likewise B [k, n] or [n, k].
 */
export function gemm(
  a: usize,
  b: usize,
  bias: Nullable,
  c: usize,
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  transposeA: bool,
  transposeB: bool,
  scratch: usize,
): void {
  for (let i = 0; i < batch; i++) {
    multiply(
      a,
      transposeA ? 1 : k,
      transposeA ? m : 1,
      b,
      transposeB ? 1 : n,
      transposeB ? k : 1,
      c,
      n,
      m,
      n,
      k,
      bias,
      scratch,
    );
    a += <usize>(m * k) << 2;
    b += <usize>(k * n) << 2;
    c += <usize>(m * n) << 2;
  }
}
