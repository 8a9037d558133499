/** Columns of a tile. */
export const TILE_COLUMNS: i32 = 8;

// @ts-ignore: decorator
@inline
export function muladd(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

/** Writes one whole tile; `addend` is 0, or points to what is added to its first row (`addendStride` bytes a row). */
export function tile(a: usize, b: usize, steps: i32, c: usize, cStride: usize, addend: usize, addendStride: usize): void {
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
export function rowTile(a: usize, b: usize, steps: i32, c: usize): void {
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
