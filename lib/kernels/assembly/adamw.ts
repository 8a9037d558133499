import { loadLanes, storeLanes } from "./lanes";

/**
 * One step of Adam with decoupled weight decay, in place, on `count` floats:
 * m = β₁ m + (1 − β₁) g; v = β₂ v + (1 − β₂) g²; w = w · shrink − stepSize · m / (√(v · correction) + ε), g scaled first.
 *
 *     weight, gradient, first (m), second (v)   `count` floats each, one pass over all four
 */
export function adamw(
  weight: usize,
  gradient: usize,
  first: usize,
  second: usize,
  count: i32,
  gradientScale: f32,
  beta1: f32,
  beta2: f32,
  shrink: f32,
  stepSize: f32,
  correction: f32,
  epsilon: f32,
): void {
  const keep1 = f32x4.splat(beta1);
  const take1 = f32x4.splat(1 - beta1);
  const keep2 = f32x4.splat(beta2);
  const take2 = f32x4.splat(1 - beta2);
  for (let i = 0; i < count; i += 4) {
    const at = <usize>i << 2;
    const left = count - i;
    const g = f32x4.mul(loadLanes(gradient + at, left, 0), f32x4.splat(gradientScale));
    const m = f32x4.add(f32x4.mul(keep1, loadLanes(first + at, left, 0)), f32x4.mul(take1, g));
    const v = f32x4.add(f32x4.mul(keep2, loadLanes(second + at, left, 0)), f32x4.mul(take2, f32x4.mul(g, g)));
    const size = f32x4.add(f32x4.sqrt(f32x4.mul(v, f32x4.splat(correction))), f32x4.splat(epsilon));
    const step = f32x4.div(f32x4.mul(f32x4.splat(stepSize), m), size);
    storeLanes(first + at, m, left);
    storeLanes(second + at, v, left);
    storeLanes(weight + at, f32x4.sub(f32x4.mul(loadLanes(weight + at, left, 0), f32x4.splat(shrink)), step), left);
  }
}

/** @returns Σ g², added up in float64 */
export function sumOfSquares(g: usize, count: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let i = 0; i < count; i += 4) {
    const lanes = loadLanes(g + (<usize>i << 2), count - i, 0);
    const first = f64x2.promote_low_f32x4(lanes);
    const second = f64x2.promote_low_f32x4(v128.shuffle<i64>(lanes, lanes, 1, 0));
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
