import { meansOfKept, packKept } from "./keep-above";
import { loadLanes, storeLanes } from "./lanes";
import { Nullable, onward } from "./onward";
import { interleaveSigns, panelBytes, signWords } from "./pack-signs";
import { packStridedColumns } from "./pack-strided-columns";
import { differences } from "./xnor-row";

/**
 * The context of one head from bits: out_ic = (n_0,ic · α_0 + n_1,ic · α_1 + …) · γ_c, n_l,ic = Σ_j b_l,ij · s_jc the
 * exact integer, b_l = 1 where p ≥ thresholds[l] + shares[l] · largest[i], s = sign(v − τ_v); what each part stands for is
 * said in attention-bits.ts.
 *
 * With bit 1 for kept and bit 1 for negative, popcount(b XOR s) = |b| + |s| − 2 |b AND s| and n = |b| − 2 |b AND s|, so
 * n = popcount(b XOR s) − |s|, the product of signs once more.
 *
 *     p [queries, tokens]    v [tokens, d], rows `stride` floats apart      out [queries, d], rows `outStride` apart
 *     alpha, thresholds, shares [levels]   gamma [d]   sums [queries, d], of the next level `sumsStride` floats further on
 *     largest [queries]: the largest p of each row
 *
 *     scratch:  | signs of columns of v | the same in panels | |s| | bits of p | means of p | thresholds of its rows |
 *
 * @returns 1 if there was a NaN, else 0
 */
export function bitContext(
  p: usize,
  v: usize,
  out: usize,
  queries: i32,
  tokens: i32,
  dim: i32,
  stride: i32,
  outStride: i32,
  levels: i32,
  valueThreshold: Nullable,
  thresholds: usize,
  shares: Nullable,
  largest: usize,
  alpha: Nullable,
  gamma: Nullable,
  sums: Nullable,
  sumsStride: i32,
  scratch: usize,
): i32 {
  const words = signWords(tokens);
  const rowBytes: usize = <usize>words << 2;
  const panels = scratch + rowBytes * dim;
  const sizes = panels + panelBytes(dim, tokens);
  const bits = sizes + (<usize>dim << 2);
  const means = bits + rowBytes * queries;
  const least = onward(means, queries);
  let odd = packStridedColumns(v, stride, scratch, tokens, dim, valueThreshold);
  interleaveSigns(scratch, panels, dim, tokens);
  for (let c = 0; c < dim; c++) {
    let size = 0;
    const from = scratch + rowBytes * c;
    for (let word = 0; word < words; word++) size += popcnt<i32>(i32.load(from + (<usize>word << 2)));
    i32.store(sizes + (<usize>c << 2), size);
  }
  for (let level = 0; level < levels; level++) {
    const threshold = f32.load(onward(thresholds, level));
    const share: f32 = shares ? f32.load(onward(shares, level)) : 0;
    for (let i = 0; i < queries; i++) f32.store(onward(least, i), threshold + share * f32.load(onward(largest, i)));
    odd |= packKept(p, bits, queries, tokens, least);
    if (!alpha) meansOfKept(p, means, queries, tokens, least);
    const last: usize = level + 1 == levels ? gamma : 0;
    for (let i = 0; i < queries; i++) {
      const factor = f32.load(alpha ? onward(alpha, level) : onward(means, i));
      const to = out + (<usize>(i * outStride) << 2);
      const show = onward(sums, level * sumsStride + i * dim);
      contextRow(bits + rowBytes * i, words, panels, dim, sizes, factor, level > 0, last, to, show);
    }
  }
  return odd;
}

/** Scratch of `bitContext`, bytes. */
export function bitContextScratch(tokens: i32, dim: i32): usize {
  return (<usize>((signWords(tokens) + 1) * (dim + tokens) + tokens) << 2) + panelBytes(dim, tokens);
}

/** One level of a row of the context, added to those before it if `onto`; the last level comes with γ. */
function contextRow(
  bits: usize,
  words: i32,
  panels: usize,
  dim: i32,
  sizes: usize,
  factor: f32,
  onto: bool,
  gamma: usize,
  out: usize,
  sums: usize,
): void {
  for (let c = 0; c < dim; c += 4) {
    const at = <usize>c << 2;
    const left = dim - c;
    const different = differences(bits, words, panels, c);
    const sum = f32x4.convert_i32x4_s(i32x4.sub(different, loadLanes(sizes + at, left, 0)));
    if (sums) storeLanes(sums + at, sum, left);
    let value = f32x4.mul(sum, f32x4.splat(factor));
    if (onto) value = f32x4.add(loadLanes(out + at, left, 0), value);
    if (gamma) value = f32x4.mul(value, loadLanes(gamma + at, left, 0));
    storeLanes(out + at, value, left);
  }
}
