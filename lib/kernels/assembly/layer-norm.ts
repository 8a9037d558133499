import { loadLanes, storeLanes, sumLanes } from "./lanes";

/**
 * Layer normalization of each row of x [rows, width]: y = n γ + β with n = (x − mean) · inverse,
 * inverse = 1 / √(var + ε).
 *
 *     x, y, dy, dx   row 0 | row 1 | …        γ, β, dγ, dβ   one row
 *     mean, inverse  one float a row, kept for the gradient
 *
 * Groups of four lanes are summed in two registers in turn, so that one addition need not wait for the other. The mean is
 * x₀ + mean(x − x₀): exact where all are equal, so that their difference from it is 0 and not a rounding with a sign.
 */
export function layerNorm(
  x: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  mean: usize,
  inverse: usize,
  rows: i32,
  width: i32,
  epsilon: f32,
): void {
  const rowBytes: usize = <usize>width << 2;
  for (let row = 0; row < rows; row++) {
    const first = f32.load(x);
    const origin = f32x4.splat(first);
    let sum = f32x4.splat(0);
    let more = f32x4.splat(0);
    let i = 0;
    for (; i + 8 <= width; i += 8) {
      const at = x + (<usize>i << 2);
      sum = f32x4.add(sum, f32x4.sub(v128.load(at), origin));
      more = f32x4.add(more, f32x4.sub(v128.load(at, 16), origin));
    }
    if (i < width) sum = f32x4.add(sum, f32x4.sub(loadLanes(x + (<usize>i << 2), width - i, first), origin));
    if (i + 4 < width) {
      more = f32x4.add(more, f32x4.sub(loadLanes(x + (<usize>(i + 4) << 2), width - i - 4, first), origin));
    }
    const middle = first + sumLanes(f32x4.add(sum, more)) / <f32>width;
    const center = f32x4.splat(middle);
    sum = f32x4.splat(0);
    more = f32x4.splat(0);
    for (i = 0; i + 8 <= width; i += 8) {
      const at = x + (<usize>i << 2);
      sum = f32x4.add(sum, squared(f32x4.sub(v128.load(at), center)));
      more = f32x4.add(more, squared(f32x4.sub(v128.load(at, 16), center)));
    }
    for (let turn = 0; i < width; turn++, i += 4) {
      const off = squared(f32x4.sub(loadLanes(x + (<usize>i << 2), width - i, middle), center));
      if (turn == 0) sum = f32x4.add(sum, off);
      else more = f32x4.add(more, off);
    }
    const scale: f32 = 1 / sqrt<f32>(sumLanes(f32x4.add(sum, more)) / <f32>width + epsilon);
    const factor = f32x4.splat(scale);
    for (i = 0; i + 8 <= width; i += 8) {
      const at = <usize>i << 2;
      const n = f32x4.mul(f32x4.sub(v128.load(x + at), center), factor);
      const also = f32x4.mul(f32x4.sub(v128.load(x + at, 16), center), factor);
      v128.store(y + at, f32x4.add(f32x4.mul(n, v128.load(gamma + at)), v128.load(beta + at)));
      v128.store(y + at, f32x4.add(f32x4.mul(also, v128.load(gamma + at, 16)), v128.load(beta + at, 16)), 16);
    }
    for (; i < width; i += 4) {
      const at = <usize>i << 2;
      const left = width - i;
      const n = f32x4.mul(f32x4.sub(loadLanes(x + at, left, 0), center), factor);
      storeLanes(y + at, f32x4.add(f32x4.mul(n, loadLanes(gamma + at, left, 0)), loadLanes(beta + at, left, 0)), left);
    }
    f32.store(mean, middle);
    f32.store(inverse, scale);
    x += rowBytes;
    y += rowBytes;
    mean += 4;
    inverse += 4;
  }
}

// @ts-ignore: decorator
@inline
function squared(x: v128): v128 {
  return f32x4.mul(x, x);
}

/** dx = inverse (h − mean(h) − n mean(h n)) with h = dy γ; dγ = Σ dy n and dβ = Σ dy over the rows. */
export function layerNormGrad(
  dy: usize,
  x: usize,
  gamma: usize,
  mean: usize,
  inverse: usize,
  dx: usize,
  dgamma: usize,
  dbeta: usize,
  rows: i32,
  width: i32,
): void {
  const rowBytes: usize = <usize>width << 2;
  memory.fill(dgamma, 0, rowBytes);
  memory.fill(dbeta, 0, rowBytes);
  for (let row = 0; row < rows; row++) {
    const center = v128.load32_splat(mean);
    const scale = v128.load32_splat(inverse);
    let sum = f32x4.splat(0);
    let projection = f32x4.splat(0);
    for (let i = 0; i < width; i += 4) {
      const at = <usize>i << 2;
      const left = width - i;
      const upstream = loadLanes(dy + at, left, 0);
      const n = f32x4.mul(f32x4.sub(loadLanes(x + at, left, 0), center), scale);
      const h = f32x4.mul(upstream, loadLanes(gamma + at, left, 0));
      const turned = f32x4.mul(upstream, n);
      sum = f32x4.add(sum, h);
      projection = f32x4.add(projection, f32x4.mul(h, n));
      storeLanes(dgamma + at, f32x4.add(loadLanes(dgamma + at, left, 0), turned), left);
      storeLanes(dbeta + at, f32x4.add(loadLanes(dbeta + at, left, 0), upstream), left);
    }
    const meanOfH = f32x4.splat(sumLanes(sum) / <f32>width);
    const meanOfHn = f32x4.splat(sumLanes(projection) / <f32>width);
    for (let i = 0; i < width; i += 4) {
      const at = <usize>i << 2;
      const left = width - i;
      const n = f32x4.mul(f32x4.sub(loadLanes(x + at, left, 0), center), scale);
      const h = f32x4.mul(loadLanes(dy + at, left, 0), loadLanes(gamma + at, left, 0));
      const tangent = f32x4.sub(f32x4.sub(h, meanOfH), f32x4.mul(n, meanOfHn));
      storeLanes(dx + at, f32x4.mul(tangent, scale), left);
    }
    dy += rowBytes;
    x += rowBytes;
    dx += rowBytes;
    mean += 4;
    inverse += 4;
  }
}
