import { C1, C2, C3, C4, C5, expWith, LEAST, PER_LN2, ROUNDER } from "./exp";
import { kept, loadLanes, maxLanes, storeLanes, sumLanes } from "./lanes";

/**
 * What softmax of each row of x [rows, width], scaled first, is made of, in place: x = e^(scale · (x − max x)), scale > 0,
 * and shares = 1 / Σ of a row. A softmax is x · share; `scaleRows` makes it one.
 *
 *     row 0 | row 1 | …   each `width` floats; two sweeps over a row while it is in the cache
 */
export function powersOfRows(x: usize, shares: usize, rows: i32, width: i32, scale: f32): void {
  powersOfStridedRows(x, <usize>width << 2, shares, rows, width, scale);
}

/** The same of rows `stride` bytes apart. */
export function powersOfStridedRows(x: usize, stride: usize, shares: usize, rows: i32, width: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  const perLn2 = kept(PER_LN2), rounder = kept(ROUNDER), least = kept(LEAST), one = kept(1);
  const c5 = kept(C5), c4 = kept(C4), c3 = kept(C3), c2 = kept(C2), c1 = kept(C1);
  for (let row = 0; row < rows; row++) {
    let most = f32x4.splat(-f32.MAX_VALUE);
    let also = most;
    let i = 0;
    for (; i + 8 <= width; i += 8) {
      const at = x + (<usize>i << 2);
      most = f32x4.pmax(most, v128.load(at));
      also = f32x4.pmax(also, v128.load(at, 16));
    }
    for (; i < width; i += 4) {
      most = f32x4.pmax(most, loadLanes(x + (<usize>i << 2), width - i, -f32.MAX_VALUE));
    }
    const largest = f32x4.splat(maxLanes(f32x4.pmax(most, also)));
    let sum = f32x4.splat(0);
    i = 0;
    // Two groups a turn: their long chains of dependent operations overlap.
    for (; i + 8 <= width; i += 8) {
      const at = x + (<usize>i << 2);
      const first = expWith(f32x4.mul(f32x4.sub(v128.load(at), largest), factor), perLn2, rounder, c5, c4, c3, c2, c1, one, least);
      const second = expWith(f32x4.mul(f32x4.sub(v128.load(at, 16), largest), factor), perLn2, rounder, c5, c4, c3, c2, c1, one, least);
      sum = f32x4.add(f32x4.add(sum, first), second);
      v128.store(at, first);
      v128.store(at, second, 16);
    }
    for (; i < width; i += 4) {
      const at = x + (<usize>i << 2);
      const left = width - i;
      // Lanes outside the row are the most negative number: e to it adds nothing that a float sum can hold.
      const off = f32x4.sub(loadLanes(at, left, -f32.MAX_VALUE), largest);
      const power = expWith(f32x4.mul(off, factor), perLn2, rounder, c5, c4, c3, c2, c1, one, least);
      sum = f32x4.add(sum, power);
      storeLanes(at, power, left);
    }
    f32.store(shares, <f32>1 / sumLanes(sum));
    shares += 4;
    x += stride;
  }
}

/** x · shares, row by row, in place; rows of `width` floats are `stride` floats apart. */
export function scaleRows(x: usize, shares: usize, rows: i32, width: i32, stride: i32): void {
  scaleRowsTo(x, <usize>stride << 2, shares, rows, width, x, <usize>stride << 2);
}

/** y = x · shares, row by row; strides in bytes. */
export function scaleRowsTo(x: usize, xStride: usize, shares: usize, rows: i32, width: i32, y: usize, yStride: usize): void {
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
      const left = width - i;
      storeLanes(y + at, f32x4.mul(loadLanes(x + at, left, 0), share), left);
    }
    shares += 4;
    x += xStride;
    y += yStride;
  }
}

/** Gradient of softmax(scale · x) in place: dp = scale · p (dp − Σ dp p), row by row. */
export function softmaxRowsGrad(dp: usize, p: usize, rows: i32, width: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  for (let row = 0; row < rows; row++) {
    let sum = f32x4.splat(0);
    for (let i = 0; i < width; i += 4) {
      const at = <usize>i << 2;
      const left = width - i;
      sum = f32x4.add(sum, f32x4.mul(loadLanes(dp + at, left, 0), loadLanes(p + at, left, 0)));
    }
    const mean = f32x4.splat(sumLanes(sum));
    let i = 0;
    for (; i + 8 <= width; i += 8) {
      const to = dp + (<usize>i << 2);
      const from = p + (<usize>i << 2);
      const off = f32x4.sub(v128.load(to), mean);
      const also = f32x4.sub(v128.load(to, 16), mean);
      v128.store(to, f32x4.mul(f32x4.mul(off, v128.load(from)), factor));
      v128.store(to, f32x4.mul(f32x4.mul(also, v128.load(from, 16)), factor), 16);
    }
    for (; i < width; i += 4) {
      const at = <usize>i << 2;
      const left = width - i;
      const off = f32x4.sub(loadLanes(dp + at, left, 0), mean);
      storeLanes(dp + at, f32x4.mul(f32x4.mul(off, loadLanes(p + at, left, 0)), factor), left);
    }
    dp += <usize>width << 2;
    p += <usize>width << 2;
  }
}

/** y = softmax(scale · x) of each row, made as `attention` makes it; scratch: `rows` floats. */
export function softmax(x: usize, y: usize, rows: i32, width: i32, scale: f32, scratch: usize): void {
  memory.copy(y, x, <usize>(rows * width) << 2);
  powersOfRows(y, scratch, rows, width, scale);
  scaleRows(y, scratch, rows, width, width);
}

/** dx = scale · p (dy − Σ dy p) of each row, p = softmax(scale · x). */
export function softmaxGrad(dy: usize, p: usize, dx: usize, rows: i32, width: i32, scale: f32): void {
  memory.copy(dx, dy, <usize>(rows * width) << 2);
  softmaxRowsGrad(dx, p, rows, width, scale);
}
