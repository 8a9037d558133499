import { muladd } from "./gemm-tile";

/** Columns of a wide tile. */
export const WIDE_COLUMNS: i32 = 16;

/**
 * A tile of C, 4 × 16, for 256-bit registers, of which it takes eight; `tile` of gemm-tile.ts is its like for 128 bits.
 *
 * Neighbouring columns stand in pairs (c00 c01 | c02 c03): each pair becomes one register, because its two halves are
 * stored next to each other. Each element is summed as `tile` sums it.
 */
export function wideTile(a: usize, b: usize, steps: i32, c: usize, cStride: usize, addend: usize, addendStride: usize): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0), c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0), c12 = f32x4.splat(0), c13 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c22 = f32x4.splat(0), c23 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0), c32 = f32x4.splat(0), c33 = f32x4.splat(0);
  const end = a + (<usize>steps << 4);
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const a0 = v128.load32_splat(a, 0);
    c00 = muladd(c00, a0, b0);
    c01 = muladd(c01, a0, b1);
    c02 = muladd(c02, a0, b2);
    c03 = muladd(c03, a0, b3);
    const a1 = v128.load32_splat(a, 4);
    c10 = muladd(c10, a1, b0);
    c11 = muladd(c11, a1, b1);
    c12 = muladd(c12, a1, b2);
    c13 = muladd(c13, a1, b3);
    const a2 = v128.load32_splat(a, 8);
    c20 = muladd(c20, a2, b0);
    c21 = muladd(c21, a2, b1);
    c22 = muladd(c22, a2, b2);
    c23 = muladd(c23, a2, b3);
    const a3 = v128.load32_splat(a, 12);
    c30 = muladd(c30, a3, b0);
    c31 = muladd(c31, a3, b1);
    c32 = muladd(c32, a3, b2);
    c33 = muladd(c33, a3, b3);
    a += 16;
    b += 64;
  }
  if (addend) {
    c00 = f32x4.add(c00, v128.load(addend));
    c01 = f32x4.add(c01, v128.load(addend, 16));
    c02 = f32x4.add(c02, v128.load(addend, 32));
    c03 = f32x4.add(c03, v128.load(addend, 48));
    addend += addendStride;
    c10 = f32x4.add(c10, v128.load(addend));
    c11 = f32x4.add(c11, v128.load(addend, 16));
    c12 = f32x4.add(c12, v128.load(addend, 32));
    c13 = f32x4.add(c13, v128.load(addend, 48));
    addend += addendStride;
    c20 = f32x4.add(c20, v128.load(addend));
    c21 = f32x4.add(c21, v128.load(addend, 16));
    c22 = f32x4.add(c22, v128.load(addend, 32));
    c23 = f32x4.add(c23, v128.load(addend, 48));
    addend += addendStride;
    c30 = f32x4.add(c30, v128.load(addend));
    c31 = f32x4.add(c31, v128.load(addend, 16));
    c32 = f32x4.add(c32, v128.load(addend, 32));
    c33 = f32x4.add(c33, v128.load(addend, 48));
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c, c02, 32);
  v128.store(c, c03, 48);
  c += cStride;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  v128.store(c, c12, 32);
  v128.store(c, c13, 48);
  c += cStride;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  v128.store(c, c22, 32);
  v128.store(c, c23, 48);
  c += cStride;
  v128.store(c, c30);
  v128.store(c, c31, 16);
  v128.store(c, c32, 32);
  v128.store(c, c33, 48);
}

/** The first row of a wide tile alone. */
export function wideRowTile(a: usize, b: usize, steps: i32, c: usize): void {
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), c2 = f32x4.splat(0), c3 = f32x4.splat(0);
  const end = a + (<usize>steps << 4);
  while (a < end) {
    const a0 = v128.load32_splat(a);
    c0 = muladd(c0, a0, v128.load(b));
    c1 = muladd(c1, a0, v128.load(b, 16));
    c2 = muladd(c2, a0, v128.load(b, 32));
    c3 = muladd(c3, a0, v128.load(b, 48));
    a += 16;
    b += 64;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
}
