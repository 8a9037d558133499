import { storeLanes } from "./lanes";
import { interleaveSigns, packColumns, packSigns, panelBytes, signWords } from "./pack-signs";
import { xnorGemm, xnorGemmScratch } from "./xnor-gemm";
import { differences } from "./xnor-row";

/** Words of k up to which rows are counted one by one: tables for so few signs do not pay. */
const FEW: i32 = 4;

/**
 * `batch` products of signs, Y [m, n] = sign(A) · sign(B), one after the other in memory: exact whole numbers.
 * A is [m, k], B [k, n], or with `transposeB` [n, k].
 *
 * Both are activations, as in attention, so both are packed here, product by product.
 *
 *     scratch:  | signs of A | signs of B, n rows | the same in panels | scratch of xnorGemm |
 *
 * @returns 1 if there was a NaN, else 0
 */
export function signMatMul(
  a: usize,
  b: usize,
  y: usize,
  batch: i32,
  m: i32,
  n: i32,
  k: i32,
  transposeB: bool,
  scratch: usize,
): i32 {
  const words = signWords(k);
  const rowBytes: usize = <usize>words << 2;
  const columns = scratch + rowBytes * m;
  const panels = columns + rowBytes * n;
  const work = panels + panelBytes(n, k);
  let odd = 0;
  for (let i = 0; i < batch; i++) {
    odd |= packSigns(a, scratch, m, k, 0);
    odd |= transposeB ? packSigns(b, columns, n, k, 0) : packColumns(b, columns, k, n);
    interleaveSigns(columns, panels, n, k);
    if (words > FEW) xnorGemm(scratch, panels, y, m, n, k, n, 0, 0, 0, 0, work);
    else multiplyRows(scratch, panels, y, m, n, k);
    a += <usize>(m * k) << 2;
    b += <usize>(k * n) << 2;
    y += <usize>(m * n) << 2;
  }
  return odd;
}

/** Scratch of `signMatMul`, bytes. */
export function signMatMulScratch(m: i32, n: i32, k: i32): usize {
  return (<usize>(signWords(k) * (m + n)) << 2) + panelBytes(n, k) + xnorGemmScratch();
}

function multiplyRows(signs: usize, panels: usize, y: usize, m: i32, n: i32, k: i32): void {
  const words = signWords(k);
  const length = i32x4.splat(k);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j += 4) {
      const different = differences(signs, words, panels, j);
      const sum = i32x4.sub(length, i32x4.shl(different, 1));
      storeLanes(y + (<usize>j << 2), f32x4.convert_i32x4_s(sum), n - j);
    }
    signs += <usize>words << 2;
    y += <usize>n << 2;
  }
}
