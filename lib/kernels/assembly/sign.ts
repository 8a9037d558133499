import { expNonPositive } from "./exp";
import { loadLanes, storeLanes } from "./lanes";

/**
 * The sign of `count` floats and its straight-through gradient, four lanes at a time.
 *
 *     x | x0 x1 x2 x3 | …  →  y = +1 where x ≥ 0 (and for ±0), −1 elsewhere;  dx = dy · ste(x)
 *
 * Forms of ste: 0 identity, 1 clip, 2 approx, 3 swish; the formulas stand at `pseudoSlope`.
 */
export function sign(x: usize, y: usize, count: i32): void {
  for (let left = count; left > 0; left -= 4) {
    storeLanes(y, signLanes(loadLanes(x, left, 0)), left);
    x += 16;
    y += 16;
  }
}

export function signGrad(dy: usize, x: usize, dx: usize, count: i32, form: i32): void {
  for (let left = count; left > 0; left -= 4) {
    storeLanes(dx, f32x4.mul(loadLanes(dy, left, 0), pseudoSlope(loadLanes(x, left, 0), form)), left);
    dy += 16;
    x += 16;
    dx += 16;
  }
}

/** +1 where x ≥ 0, −1 elsewhere; NaN stays NaN, so that a diverged run is noticed. */
// @ts-ignore: decorator
@inline
export function signLanes(x: v128): v128 {
  const one = f32x4.splat(1);
  const negative = v128.and(f32x4.lt(x, f32x4.splat(0)), f32x4.splat(-0.0));
  return v128.or(v128.or(one, negative), f32x4.ne(x, x));
}

/**
 * identity 1; clip 1 where |x| ≤ 1; approx 2 − 2|x| where |x| ≤ 1;
 * swish β (2 − βx tanh(βx/2)) / (1 + cosh βx) with β = 5, in terms of e = e^(−|βx|):
 * 1 + cosh u = (1 + e)² / 2e and tanh(|u|/2) = (1 − e) / (1 + e).
 */
// @ts-ignore: decorator
@inline
export function pseudoSlope(x: v128, form: i32): v128 {
  const one = f32x4.splat(1);
  if (form == 0) return one;
  const size = f32x4.abs(x);
  if (form == 3) {
    const u = f32x4.mul(size, f32x4.splat(5));
    const e = expNonPositive(f32x4.neg(u));
    const sum = f32x4.add(one, e);
    const bend = f32x4.sub(f32x4.splat(2), f32x4.div(f32x4.mul(u, f32x4.sub(one, e)), sum));
    return f32x4.div(f32x4.mul(f32x4.mul(bend, e), f32x4.splat(10)), f32x4.mul(sum, sum));
  }
  const slope = form == 1 ? one : f32x4.sub(f32x4.splat(2), f32x4.add(size, size));
  return v128.and(slope, f32x4.le(size, one));
}
