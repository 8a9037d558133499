import { C1, C2, C3, C4, C5, expWith, LEAST, PER_LN2, ROUNDER } from "./exp";
import { kept, loadLanes, storeLanes } from "./lanes";

/**
 * GELU in its erf form, y = x Φ(x), and its gradient, dx = dy (Φ(x) + x φ(x)); one pass over `count` floats.
 *
 *     x   | x0 x1 x2 x3 | x4 x5 x6 x7 | …   two groups of four lanes a turn: their long chains of dependent
 *     y   | …                              operations overlap, which takes 0.6 of the time
 *
 * With z = |x| / √2 and t = 1 / (1 + 0.3275911 z):
 * Φ(−|x|) = e^(−z²) t (a₁ + t (a₂ + t (a₃ + t (a₄ + t a₅)))) / 2, absolute error below 1e-7, and Φ(|x|) = 1 − Φ(−|x|).
 * The small side is computed without a difference, so it keeps its relative precision.
 *
 * GELU(x) < 0 for every x < 0, and the next layer may read nothing but that sign, so no result rounds to −0: the exponent
 * −x²/2 stops at −60 (a result of −1e-26 that exact arithmetic would make smaller still), and what underflows all the
 * same, of x beyond −1e10 or subnormal, becomes −2⁻¹²⁶.
 *
 * Reference: Abramowitz and Stegun, *Handbook of Mathematical Functions*, 7.1.26, 1964.
 */
export function gelu(x: usize, y: usize, count: i32): void {
  const perLn2 = kept(PER_LN2), rounder = kept(ROUNDER), least = kept(LEAST), one = kept(1);
  const c5 = kept(C5), c4 = kept(C4), c3 = kept(C3), c2 = kept(C2), c1 = kept(C1);
  const minusHalf = kept(-0.5), slope = kept(SLOPE);
  const a5 = kept(A5), a4 = kept(A4), a3 = kept(A3), a2 = kept(A2), a1 = kept(A1);
  const tiny = kept(-1.1754943508222875e-38);
  let left = count;
  for (; left >= 8; left -= 8) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const bell0 = expWith(f32x4.max(halfSquare(x0, minusHalf), least), perLn2, rounder, c5, c4, c3, c2, c1, one, least);
    const y0 = neverLost(x0, f32x4.mul(x0, normalCdf(x0, bell0, one, slope, a5, a4, a3, a2, a1)), tiny);
    const bell1 = expWith(f32x4.max(halfSquare(x1, minusHalf), least), perLn2, rounder, c5, c4, c3, c2, c1, one, least);
    const y1 = neverLost(x1, f32x4.mul(x1, normalCdf(x1, bell1, one, slope, a5, a4, a3, a2, a1)), tiny);
    v128.store(y, y0);
    v128.store(y, y1, 16);
    x += 32;
    y += 32;
  }
  for (; left > 0; left -= 4) {
    const x0 = loadLanes(x, left, 0);
    const bell0 = expWith(f32x4.max(halfSquare(x0, minusHalf), least), perLn2, rounder, c5, c4, c3, c2, c1, one, least);
    const y0 = neverLost(x0, f32x4.mul(x0, normalCdf(x0, bell0, one, slope, a5, a4, a3, a2, a1)), tiny);
    storeLanes(y, y0, left);
    x += 16;
    y += 16;
  }
}

export function geluGrad(dy: usize, x: usize, dx: usize, count: i32): void {
  const perLn2 = kept(PER_LN2), rounder = kept(ROUNDER), least = kept(LEAST), one = kept(1);
  const c5 = kept(C5), c4 = kept(C4), c3 = kept(C3), c2 = kept(C2), c1 = kept(C1);
  const minusHalf = kept(-0.5), slope = kept(SLOPE);
  const a5 = kept(A5), a4 = kept(A4), a3 = kept(A3), a2 = kept(A2), a1 = kept(A1);
  const peak = kept(0.3989422804);
  let left = count;
  // The bell is cut to 0 far out: x² grows, and x φ(x) must not.
  for (; left >= 8; left -= 8) {
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const bell0 = expWith(halfSquare(x0, minusHalf), perLn2, rounder, c5, c4, c3, c2, c1, one, least);
    const slope0 = slopeOf(x0, bell0, normalCdf(x0, bell0, one, slope, a5, a4, a3, a2, a1), peak);
    const bell1 = expWith(halfSquare(x1, minusHalf), perLn2, rounder, c5, c4, c3, c2, c1, one, least);
    const slope1 = slopeOf(x1, bell1, normalCdf(x1, bell1, one, slope, a5, a4, a3, a2, a1), peak);
    v128.store(dx, f32x4.mul(v128.load(dy), slope0));
    v128.store(dx, f32x4.mul(v128.load(dy, 16), slope1), 16);
    dy += 32;
    x += 32;
    dx += 32;
  }
  for (; left > 0; left -= 4) {
    const x0 = loadLanes(x, left, 0);
    const bell0 = expWith(halfSquare(x0, minusHalf), perLn2, rounder, c5, c4, c3, c2, c1, one, least);
    const slope0 = slopeOf(x0, bell0, normalCdf(x0, bell0, one, slope, a5, a4, a3, a2, a1), peak);
    storeLanes(dx, f32x4.mul(loadLanes(dy, left, 0), slope0), left);
    dy += 16;
    x += 16;
    dx += 16;
  }
}

/** Polynomial and slope of t, the factor ½ and the √2 in them. */
const A5: f32 = 0.5307027145;
const A4: f32 = -0.7265760135;
const A3: f32 = 0.7107068705;
const A2: f32 = -0.142248368;
const A1: f32 = 0.127414796;
const SLOPE: f32 = 0.2316418882;

/** y, or `tiny` where it underflowed though x < 0. */
// @ts-ignore: decorator
@inline
function neverLost(x: v128, y: v128, tiny: v128): v128 {
  const zero = f32x4.splat(0);
  const lost = v128.and(f32x4.eq(y, zero), f32x4.lt(x, zero));
  return v128.or(y, v128.and(lost, tiny));
}

// @ts-ignore: decorator
@inline
function slopeOf(x: v128, bell: v128, cdf: v128, peak: v128): v128 {
  return f32x4.add(cdf, f32x4.mul(x, f32x4.mul(bell, peak)));
}

/** −x²/2 */
// @ts-ignore: decorator
@inline
function halfSquare(x: v128, minusHalf: v128): v128 {
  return f32x4.mul(f32x4.mul(x, x), minusHalf);
}

// @ts-ignore: decorator
@inline
function normalCdf(
  x: v128,
  bell: v128,
  one: v128,
  slope: v128,
  a5: v128,
  a4: v128,
  a3: v128,
  a2: v128,
  a1: v128,
): v128 {
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.abs(x), slope)));
  let p = f32x4.add(f32x4.mul(a5, t), a4);
  p = f32x4.add(f32x4.mul(p, t), a3);
  p = f32x4.add(f32x4.mul(p, t), a2);
  p = f32x4.add(f32x4.mul(p, t), a1);
  const tail = f32x4.mul(f32x4.mul(p, t), bell);
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(x, f32x4.splat(0)));
}
