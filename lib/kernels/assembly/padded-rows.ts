import { C1, C2, C3, C4, C5, expWith, LEAST, PER_LN2, ROUNDER } from "./exp";
import { kept, maxLanes, storeLanes, sumLanes } from "./lanes";

/**
 * `powersOfRows` (softmax.ts) on rows of whole groups of eight, `stride` bytes apart: what stands beyond `width` is
 * overwritten, and becomes 0. The same bits: e to the most negative number is 0, and adding that changes no sum.
 */
export function paddedPowers(x: usize, stride: usize, shares: usize, rows: i32, width: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  const perLn2 = kept(PER_LN2), rounder = kept(ROUNDER), cutoff = kept(LEAST), one = kept(1);
  const c5 = kept(C5), c4 = kept(C4), c3 = kept(C3), c2 = kept(C2), c1 = kept(C1);
  const bytes: usize = <usize>((width + 7) & ~7) << 2;
  const least = f32x4.splat(-f32.MAX_VALUE);
  for (let row = 0; row < rows; row++) {
    const end = x + bytes;
    for (let at = x + (<usize>width << 2); at < end; at += 4) f32.store(at, -f32.MAX_VALUE);
    let most = least;
    let also = least;
    for (let at = x; at < end; at += 32) {
      most = f32x4.pmax(most, v128.load(at));
      also = f32x4.pmax(also, v128.load(at, 16));
    }
    const largest = f32x4.splat(maxLanes(f32x4.pmax(most, also)));
    let sum = f32x4.splat(0);
    for (let at = x; at < end; at += 32) {
      const first = expWith(f32x4.mul(f32x4.sub(v128.load(at), largest), factor), perLn2, rounder, c5, c4, c3, c2, c1, one, cutoff);
      const second = expWith(f32x4.mul(f32x4.sub(v128.load(at, 16), largest), factor), perLn2, rounder, c5, c4, c3, c2, c1, one, cutoff);
      v128.store(at, first);
      v128.store(at, second, 16);
      sum = f32x4.add(f32x4.add(sum, first), second);
    }
    f32.store(shares, <f32>1 / sumLanes(sum));
    shares += 4;
    x += stride;
  }
}

/** y = x · shares, row by row; rows of x are of whole groups of four. */
export function scaledCopy(x: usize, xStride: usize, shares: usize, rows: i32, width: i32, y: usize, yStride: usize): void {
  for (let row = 0; row < rows; row++) {
    const share = v128.load32_splat(shares);
    let i = 0;
    for (; i + 8 <= width; i += 8) {
      const at = <usize>i << 2;
      v128.store(y + at, f32x4.mul(v128.load(x + at), share));
      v128.store(y + at, f32x4.mul(v128.load(x + at, 16), share), 16);
    }
    for (; i < width; i += 4) {
      const at = <usize>i << 2;
      storeLanes(y + at, f32x4.mul(v128.load(x + at), share), width - i);
    }
    shares += 4;
    x += xStride;
    y += yStride;
  }
}
