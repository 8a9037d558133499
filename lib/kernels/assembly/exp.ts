/**
 * e^x of four lanes for x ≤ 0, relative error below 2e-7 + 1e-7 |x|; 1 for 0, 0 below −60, NaN for NaN.
 *
 * e^x = 2^t with t = x / ln 2 = n + f, n an integer and |f| ≤ ½. Adding 1.5 · 2²³ rounds t to n and leaves n in the low
 * bits of the float; shifted into the exponent's place and added, it multiplies by 2^n. 2^f is a polynomial, fitted for
 * the least relative error among those that are 1 at 0. (x / ln 2 is rounded, hence the |x| in the error: small powers
 * are less exact, and count less.)
 *
 * What is below e^−60 ≈ 1e-26 is cut off: beside 1 it is far below rounding, but its products would be subnormal, and
 * processors are up to a hundred times slower on those. Unscaled binary layers saturate softmax and GELU all the time.
 * Where only the sign of a result is read, 0 would be wrong: gelu.ts keeps its exponent from going that far.
 */
// @ts-ignore: decorator
@inline
export function expNonPositive(x: v128): v128 {
  return expWith(
    x,
    f32x4.splat(PER_LN2),
    f32x4.splat(ROUNDER),
    f32x4.splat(C5),
    f32x4.splat(C4),
    f32x4.splat(C3),
    f32x4.splat(C2),
    f32x4.splat(C1),
    f32x4.splat(1),
    f32x4.splat(LEAST),
  );
}

export const PER_LN2: f32 = 1.44269504;
export const ROUNDER: f32 = 12582912;
export const C5: f32 = 1.3264727e-3;
export const C4: f32 = 9.671513e-3;
export const C3: f32 = 5.5507336e-2;
export const C2: f32 = 2.4022242e-1;
export const C1: f32 = 6.93147e-1;
export const LEAST: f32 = -60;

/** The same with the constants in registers: see `kept`. */
// @ts-ignore: decorator
@inline
export function expWith(
  x: v128,
  perLn2: v128,
  rounder: v128,
  c5: v128,
  c4: v128,
  c3: v128,
  c2: v128,
  c1: v128,
  one: v128,
  least: v128,
): v128 {
  const t = f32x4.mul(x, perLn2);
  const shifted = f32x4.add(t, rounder);
  const f = f32x4.sub(t, f32x4.sub(shifted, rounder));
  let p = f32x4.add(f32x4.mul(c5, f), c4);
  p = f32x4.add(f32x4.mul(p, f), c3);
  p = f32x4.add(f32x4.mul(p, f), c2);
  p = f32x4.add(f32x4.mul(p, f), c1);
  p = f32x4.add(f32x4.mul(p, f), one);
  return v128.andnot(i32x4.add(p, i32x4.shl(shifted, 23)), f32x4.lt(x, least));
}
