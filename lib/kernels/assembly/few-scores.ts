import { expNonPositive } from "./exp";

/**
 * Softmax of scores that depend on nothing but how many of d signs differ, score = (d − 2 n) · scale with scale ≥ 0: of a
 * row whose largest score has n = m there are at most d + 1 powers e^(score − largest), which are looked up. They are
 * made and added as `powersOfRows` makes and adds them, so they are the same bits.
 *
 *     powers     [d + 1, rowFloats]: row m, entry n; a row is made when it is first asked for
 */

/** Floats of a row of powers. */
// @ts-ignore: decorator
@inline
function rowFloats(dim: i32): i32 {
  return (dim + 4) & ~3;
}

/** Bytes of the powers. */
export function powerBytes(dim: i32): usize {
  return <usize>((dim + 1) * rowFloats(dim)) << 2;
}

/** Marks all rows as not made: in one that is, entry m is e⁰. */
export function clearPowers(powers: usize, dim: i32): void {
  for (let m = 0; m <= dim; m++) f32.store(powers + (<usize>(m * rowFloats(dim) + m) << 2), 0);
}

/** Row m. */
function powersFrom(powers: usize, dim: i32, scale: f32, m: i32): usize {
  const row = powers + (<usize>(m * rowFloats(dim)) << 2);
  if (f32.load(row + (<usize>m << 2)) == 1) return row;
  const largest = f32x4.splat(<f32>(dim - 2 * m) * scale);
  let sum = i32x4.sub(i32x4.splat(dim), i32x4(0, 2, 4, 6));
  for (let at = row; at < row + (<usize>rowFloats(dim) << 2); at += 16) {
    const score = f32x4.mul(f32x4.convert_i32x4_s(sum), f32x4.splat(scale));
    v128.store(at, expNonPositive(f32x4.min(f32x4.sub(score, largest), f32x4.splat(0))));
    sum = i32x4.sub(sum, i32x4.splat(8));
  }
  return row;
}

/**
 * The powers of four rows side by side, and what `powersOfRows` would sum them up to.
 *
 * @param counts how many signs differ: bytes of the four rows for token 0; `stride` bytes on for token 1, …
 * @param least the smallest count of each row, a byte each
 * @param out [tokens, 8], of which four are written
 */
export function gatherPowers(
  powers: usize,
  dim: i32,
  scale: f32,
  counts: usize,
  stride: i32,
  tokens: i32,
  least: usize,
  out: usize,
): v128 {
  const first = powersFrom(powers, dim, scale, load<u8>(least));
  const second = powersFrom(powers, dim, scale, load<u8>(least, 1));
  const third = powersFrom(powers, dim, scale, load<u8>(least, 2));
  const fourth = powersFrom(powers, dim, scale, load<u8>(least, 3));
  // Tokens j, j + 4, … are added in a lane of their own there; lanes are rows here.
  let sum0 = f32x4.splat(0), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  let j = 0;
  for (; j + 4 <= tokens; j += 4) {
    const p0 = lookUp(counts, first, second, third, fourth);
    counts += stride;
    const p1 = lookUp(counts, first, second, third, fourth);
    counts += stride;
    const p2 = lookUp(counts, first, second, third, fourth);
    counts += stride;
    const p3 = lookUp(counts, first, second, third, fourth);
    counts += stride;
    v128.store(out, p0);
    v128.store(out, p1, 32);
    v128.store(out, p2, 64);
    v128.store(out, p3, 96);
    sum0 = f32x4.add(sum0, p0);
    sum1 = f32x4.add(sum1, p1);
    sum2 = f32x4.add(sum2, p2);
    sum3 = f32x4.add(sum3, p3);
    out += 128;
  }
  for (let left = 0; j < tokens; j++, left++) {
    const p = lookUp(counts, first, second, third, fourth);
    counts += stride;
    v128.store(out, p);
    out += 32;
    if (left == 0) sum0 = f32x4.add(sum0, p);
    else if (left == 1) sum1 = f32x4.add(sum1, p);
    else sum2 = f32x4.add(sum2, p);
  }
  return f32x4.add(f32x4.add(sum0, sum2), f32x4.add(sum1, sum3));
}

// @ts-ignore: decorator
@inline
function lookUp(counts: usize, first: usize, second: usize, third: usize, fourth: usize): v128 {
  let four = v128.load32_zero(first + (<usize>load<u8>(counts) << 2));
  four = v128.load_lane<f32>(second + (<usize>load<u8>(counts, 1) << 2), four, 1);
  four = v128.load_lane<f32>(third + (<usize>load<u8>(counts, 2) << 2), four, 2);
  return v128.load_lane<f32>(fourth + (<usize>load<u8>(counts, 3) << 2), four, 3);
}

/**
 * Bits of eight rows of p = powers · shares, 1 where p is at least the row's threshold: words [⌈tokens / 32⌉, 8].
 *
 * @param powers [tokens, 8]
 */
export function keepPowers(powers: usize, tokens: i32, shares: usize, thresholds: usize, bits: usize): void {
  const share0 = v128.load(shares), share1 = v128.load(shares, 16);
  const least0 = v128.load(thresholds), least1 = v128.load(thresholds, 16);
  for (let first = 0; first < tokens; first += 32) {
    const from = powers + (<usize>first << 5);
    let word0 = i32x4.splat(0), word1 = word0;
    // From the last token down: each doubles what there is.
    for (let at = powers + (<usize>min(first + 32, tokens) << 5); at > from; ) {
      at -= 32;
      const kept0 = f32x4.ge(f32x4.mul(v128.load(at), share0), least0);
      const kept1 = f32x4.ge(f32x4.mul(v128.load(at, 16), share1), least1);
      word0 = i32x4.sub(i32x4.add(word0, word0), kept0);
      word1 = i32x4.sub(i32x4.add(word1, word1), kept1);
    }
    v128.store(bits, word0);
    v128.store(bits, word1, 16);
    bits += 32;
  }
}

/** The means of what is kept, as `meansOfKept` makes them; 0 where nothing is. */
export function meansOfPowers(powers: usize, tokens: i32, shares: usize, thresholds: usize, means: usize): void {
  const share0 = v128.load(shares), share1 = v128.load(shares, 16);
  const least0 = v128.load(thresholds), least1 = v128.load(thresholds, 16);
  let sum0 = f32x4.splat(0), sum1 = sum0;
  let kept0 = i32x4.splat(0), kept1 = kept0; // less by 1 for each
  for (const end = powers + (<usize>tokens << 5); powers < end; powers += 32) {
    const p0 = f32x4.mul(v128.load(powers), share0), p1 = f32x4.mul(v128.load(powers, 16), share1);
    const is0 = f32x4.ge(p0, least0), is1 = f32x4.ge(p1, least1);
    sum0 = f32x4.add(sum0, v128.and(p0, is0));
    sum1 = f32x4.add(sum1, v128.and(p1, is1));
    kept0 = i32x4.add(kept0, is0);
    kept1 = i32x4.add(kept1, is1);
  }
  const one = i32x4.splat(1); // 0 / 1 where there are none
  v128.store(means, f32x4.div(sum0, f32x4.convert_i32x4_s(i32x4.max_s(i32x4.neg(kept0), one))));
  v128.store(means, f32x4.div(sum1, f32x4.convert_i32x4_s(i32x4.max_s(i32x4.neg(kept1), one))), 16);
}
