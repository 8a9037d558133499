import { loadLanes, storeLanes } from "./lanes";
import { Nullable } from "./onward";
import { pack, packedBytes } from "./pack";

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

const BLOCK_K: i32 = 256;
const BLOCK_M: i32 = 64;
const TILE_ROWS: i32 = 4;
const TILE_COLUMNS: i32 = 8;
const TILE_BYTES: usize = 128;

// @ts-ignore: decorator
@inline
function muladd(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** Writes one whole tile; `addend` is 0, or points to what is added to its first row (`addendStride` bytes a row). */
function tile(a: usize, b: usize, steps: i32, c: usize, cStride: usize, addend: usize, addendStride: usize): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
  const end = a + (<usize>steps << 4);
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const a0 = v128.load32_splat(a, 0);
    c00 = muladd(c00, a0, b0);
    c01 = muladd(c01, a0, b1);
    const a1 = v128.load32_splat(a, 4);
    c10 = muladd(c10, a1, b0);
    c11 = muladd(c11, a1, b1);
    const a2 = v128.load32_splat(a, 8);
    c20 = muladd(c20, a2, b0);
    c21 = muladd(c21, a2, b1);
    const a3 = v128.load32_splat(a, 12);
    c30 = muladd(c30, a3, b0);
    c31 = muladd(c31, a3, b1);
    a += 16;
    b += 32;
  }
  if (addend) {
    c00 = f32x4.add(c00, v128.load(addend));
    c01 = f32x4.add(c01, v128.load(addend, 16));
    c10 = f32x4.add(c10, v128.load(addend + addendStride));
    c11 = f32x4.add(c11, v128.load(addend + addendStride, 16));
    c20 = f32x4.add(c20, v128.load(addend + addendStride * 2));
    c21 = f32x4.add(c21, v128.load(addend + addendStride * 2, 16));
    c30 = f32x4.add(c30, v128.load(addend + addendStride * 3));
    c31 = f32x4.add(c31, v128.load(addend + addendStride * 3, 16));
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + cStride, c10);
  v128.store(c + cStride, c11, 16);
  v128.store(c + cStride * 2, c20);
  v128.store(c + cStride * 2, c21, 16);
  v128.store(c + cStride * 3, c30);
  v128.store(c + cStride * 3, c31, 16);
}

/** The first row of a tile alone: with a class token the number of tokens is odd. */
function rowTile(a: usize, b: usize, steps: i32, c: usize): void {
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0);
  const end = a + (<usize>steps << 4);
  while (a < end) {
    const a0 = v128.load32_splat(a);
    c0 = muladd(c0, a0, v128.load(b));
    c1 = muladd(c1, a0, v128.load(b, 16));
    a += 16;
    b += 32;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
}

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
  spare: usize,
): void {
  if (rows == 1) rowTile(a, b, steps, spare);
  else tile(a, b, steps, spare, TILE_COLUMNS << 2, 0, 0);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j += 4) {
      const at = <usize>j << 2;
      const left = columns - j;
      let value = v128.load(spare + at);
      if (addend) value = f32x4.add(value, loadLanes(addend + at, left, 0));
      storeLanes(c + at, value, left);
    }
    spare += TILE_COLUMNS << 2;
    c += cStride;
    addend += addendStride;
  }
}

/** Scratch that `multiply` needs, bytes. */
export function multiplyScratch(n: i32, k: i32): usize {
  const steps = min(k, BLOCK_K);
  return packedBytes(n, steps, TILE_COLUMNS) + packedBytes(BLOCK_M, steps, TILE_ROWS) + TILE_BYTES;
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
  const cStride: usize = <usize>cRow << 2;
  for (let k0 = 0; k0 < k; k0 += BLOCK_K) {
    const steps = min(k - k0, BLOCK_K);
    const packedA = scratch + packedBytes(n, steps, TILE_COLUMNS);
    const spare = packedA + packedBytes(BLOCK_M, steps, TILE_ROWS);
    const aPanel: usize = <usize>(TILE_ROWS * steps) << 2;
    const bPanel: usize = <usize>(TILE_COLUMNS * steps) << 2;
    pack(b + (<usize>(k0 * bStep) << 2), bColumn, bStep, n, steps, TILE_COLUMNS, scratch);
    for (let m0 = 0; m0 < m; m0 += BLOCK_M) {
      const rows = min(m - m0, BLOCK_M);
      pack(a + (<usize>(m0 * aRow + k0 * aStep) << 2), aRow, aStep, rows, steps, TILE_ROWS, packedA);
      let panelB = scratch;
      for (let j = 0; j < n; j += TILE_COLUMNS) {
        let panelA = packedA;
        for (let i = 0; i < rows; i += TILE_ROWS) {
          const target = c + (<usize>((m0 + i) * cRow + j) << 2);
          const addend: usize = k0 > 0 ? target : bias ? bias + (<usize>j << 2) : 0;
          const addendStride: usize = k0 > 0 ? cStride : 0;
          if (i + TILE_ROWS <= rows && j + TILE_COLUMNS <= n) {
            tile(panelA, panelB, steps, target, cStride, addend, addendStride);
          } else {
            const inside = min(rows - i, TILE_ROWS);
            const across = min(n - j, TILE_COLUMNS);
            edgeTile(panelA, panelB, steps, target, cStride, addend, addendStride, inside, across, spare);
          }
          panelA += aPanel;
        }
        panelB += bPanel;
      }
    }
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
