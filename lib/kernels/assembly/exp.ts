/**
 * e^x of four lanes for x ≤ 0, relative error below 3e-7; 0 below −60, NaN for NaN.
 *
 * e^x = 2^n · e^r with n = round(x / ln 2) and |r| ≤ ln 2 / 2. Adding 1.5 · 2²³ rounds to an integer and leaves it in
 * the low bits of the float; shifted into the exponent's place and added, it multiplies by 2^n.
 *
 * What is below e^−60 ≈ 1e-26 is cut off: beside 1 it is far below rounding, but its products would be subnormal, and
 * processors are up to a hundred times slower on those. Unscaled binary layers saturate softmax and GELU all the time.
 */
// @ts-ignore: decorator
@inline
export function expNonPositive(value: v128): v128 {
  const x = f32x4.pmax(value, f32x4.splat(-87));
  const rounder = f32x4.splat(12582912);
  const shifted = f32x4.add(f32x4.mul(x, f32x4.splat(1.44269504)), rounder);
  const n = f32x4.sub(shifted, rounder);
  // ln 2 in two parts, the first with few enough bits that n times it is exact.
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  // Taylor with its last terms adjusted to the interval (Cephes expf).
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  return v128.andnot(i32x4.add(p, i32x4.shl(shifted, 23)), f32x4.lt(value, f32x4.splat(-60)));
}
