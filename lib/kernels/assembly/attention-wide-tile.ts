import { muladd } from "./gemm-tile";

/** `fourByEight` for 256-bit registers: pairs of neighbouring columns become eight of them. */
export function fourBySixteen(a: usize, aStride: usize, rows: i32, b: usize, steps: i32, c: usize, cStride: usize): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0), c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0), c12 = f32x4.splat(0), c13 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c22 = f32x4.splat(0), c23 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0), c32 = f32x4.splat(0), c33 = f32x4.splat(0);
  // A row that is not there is its neighbour once more.
  let a1 = rows > 1 ? a + aStride : a;
  let a2 = rows > 2 ? a1 + aStride : a1;
  let a3 = rows > 3 ? a2 + aStride : a2;
  const end = b + <usize>steps * 64;
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const x0 = v128.load32_splat(a);
    c00 = muladd(c00, x0, b0);
    c01 = muladd(c01, x0, b1);
    c02 = muladd(c02, x0, b2);
    c03 = muladd(c03, x0, b3);
    a += 4;
    const x1 = v128.load32_splat(a1);
    c10 = muladd(c10, x1, b0);
    c11 = muladd(c11, x1, b1);
    c12 = muladd(c12, x1, b2);
    c13 = muladd(c13, x1, b3);
    a1 += 4;
    const x2 = v128.load32_splat(a2);
    c20 = muladd(c20, x2, b0);
    c21 = muladd(c21, x2, b1);
    c22 = muladd(c22, x2, b2);
    c23 = muladd(c23, x2, b3);
    a2 += 4;
    const x3 = v128.load32_splat(a3);
    c30 = muladd(c30, x3, b0);
    c31 = muladd(c31, x3, b1);
    c32 = muladd(c32, x3, b2);
    c33 = muladd(c33, x3, b3);
    a3 += 4;
    b += 64;
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

/** The same of five rows, all there. */
export function fiveBySixteen(a: usize, aStride: usize, b: usize, steps: i32, c: usize, cStride: usize): void {
  let c00 = f32x4.splat(0), c01 = f32x4.splat(0), c02 = f32x4.splat(0), c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0), c11 = f32x4.splat(0), c12 = f32x4.splat(0), c13 = f32x4.splat(0);
  let c20 = f32x4.splat(0), c21 = f32x4.splat(0), c22 = f32x4.splat(0), c23 = f32x4.splat(0);
  let c30 = f32x4.splat(0), c31 = f32x4.splat(0), c32 = f32x4.splat(0), c33 = f32x4.splat(0);
  let c40 = f32x4.splat(0), c41 = f32x4.splat(0), c42 = f32x4.splat(0), c43 = f32x4.splat(0);
  let a1 = a + aStride;
  let a2 = a1 + aStride;
  let a3 = a2 + aStride;
  let a4 = a3 + aStride;
  const end = b + <usize>steps * 64;
  while (b < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    const x0 = v128.load32_splat(a);
    c00 = muladd(c00, x0, b0);
    c01 = muladd(c01, x0, b1);
    c02 = muladd(c02, x0, b2);
    c03 = muladd(c03, x0, b3);
    a += 4;
    const x1 = v128.load32_splat(a1);
    c10 = muladd(c10, x1, b0);
    c11 = muladd(c11, x1, b1);
    c12 = muladd(c12, x1, b2);
    c13 = muladd(c13, x1, b3);
    a1 += 4;
    const x2 = v128.load32_splat(a2);
    c20 = muladd(c20, x2, b0);
    c21 = muladd(c21, x2, b1);
    c22 = muladd(c22, x2, b2);
    c23 = muladd(c23, x2, b3);
    a2 += 4;
    const x3 = v128.load32_splat(a3);
    c30 = muladd(c30, x3, b0);
    c31 = muladd(c31, x3, b1);
    c32 = muladd(c32, x3, b2);
    c33 = muladd(c33, x3, b3);
    a3 += 4;
    const x4 = v128.load32_splat(a4);
    c40 = muladd(c40, x4, b0);
    c41 = muladd(c41, x4, b1);
    c42 = muladd(c42, x4, b2);
    c43 = muladd(c43, x4, b3);
    a4 += 4;
    b += 64;
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
  c += cStride;
  v128.store(c, c40);
  v128.store(c, c41, 16);
  v128.store(c, c42, 32);
  v128.store(c, c43, 48);
}
