import { loadLanes, storeLanes } from "./lanes";
import { Nullable, onward } from "./onward";
import { interleaveSigns, panelBytes, signWords } from "./pack-signs";
import { tokenScale } from "./token-scale";
import { differences } from "./xnor-row";

/**
 * The scores of one head from signs: score_ij = ((s_ij · β_q,i) · β_k,j) · scale + table[(s_ij + d) / 2], s the exact
 * integer sign(q_i − τ_q) · sign(k_j − τ_k); what each part stands for is said in attention-bits.ts.
 *
 *     q [queries, d], k [tokens, d]   rows `stride` floats apart, read for β      scores, sums   [queries, tokens]
 *     querySigns, keySigns            plain rows of their signs
 *
 *     scratch:  | β_q | β_k | signs of k in panels |
 */
export function bitScores(
  q: usize,
  k: usize,
  querySigns: usize,
  keySigns: usize,
  scores: usize,
  queries: i32,
  tokens: i32,
  dim: i32,
  stride: i32,
  queryFactors: bool,
  keyFactors: bool,
  scale: f32,
  table: Nullable,
  sums: Nullable,
  scratch: usize,
): void {
  const rowBytes: usize = <usize>signWords(dim) << 2;
  const keyBetas = scratch + (<usize>tokens << 2);
  const panels = keyBetas + (<usize>tokens << 2);
  interleaveSigns(keySigns, panels, tokens, dim);
  if (queryFactors) rowFactors(q, stride, scratch, queries, dim);
  if (keyFactors) rowFactors(k, stride, keyBetas, tokens, dim);
  for (let i = 0; i < queries; i++) {
    const factor: f32 = queryFactors ? f32.load(scratch + (<usize>i << 2)) : 1;
    const betas: usize = keyFactors ? keyBetas : 0;
    const at = i * tokens;
    scoreRow(
      querySigns + rowBytes * i,
      panels,
      tokens,
      dim,
      factor,
      betas,
      scale,
      table,
      scores + (<usize>at << 2),
      onward(sums, at),
    );
  }
}

/** Scratch of `bitScores`, bytes. */
export function bitScoresScratch(tokens: i32, dim: i32): usize {
  return (<usize>tokens << 3) + panelBytes(tokens, dim);
}

/** β of each row: its mean |x|, all of the row and nothing else. */
function rowFactors(x: usize, stride: i32, factors: usize, rows: i32, dim: i32): void {
  for (let i = 0; i < rows; i++) tokenScale(x + (<usize>(i * stride) << 2), factors + (<usize>i << 2), 1, dim);
}

/** The scores of one query; `betas`, `table` and `sums` may be null. */
function scoreRow(
  query: usize,
  panels: usize,
  tokens: i32,
  dim: i32,
  factor: f32,
  betas: usize,
  scale: f32,
  table: usize,
  scores: usize,
  sums: usize,
): void {
  const words = signWords(dim);
  const length = i32x4.splat(dim);
  for (let j = 0; j < tokens; j += 4) {
    const at = <usize>j << 2;
    const left = tokens - j;
    const different = differences(query, words, panels, j);
    const sum = f32x4.convert_i32x4_s(i32x4.sub(length, i32x4.shl(different, 1)));
    if (sums) storeLanes(sums + at, sum, left);
    let score = f32x4.mul(sum, f32x4.splat(factor));
    if (betas) score = f32x4.mul(score, loadLanes(betas + at, left, 0));
    score = f32x4.mul(score, f32x4.splat(scale));
    if (table) score = f32x4.add(score, corrections(table, i32x4.sub(length, different), left));
    storeLanes(scores + at, score, left);
  }
}

/** Entries (s + d) / 2 = d − differing signs of the table. */
// @ts-ignore: decorator
@inline
function corrections(table: usize, places: v128, left: i32): v128 {
  let values = v128.load32_zero(table + (<usize>i32x4.extract_lane(places, 0) << 2));
  if (left > 1) values = v128.load_lane<f32>(table + (<usize>i32x4.extract_lane(places, 1) << 2), values, 1);
  if (left > 2) values = v128.load_lane<f32>(table + (<usize>i32x4.extract_lane(places, 2) << 2), values, 2);
  if (left > 3) values = v128.load_lane<f32>(table + (<usize>i32x4.extract_lane(places, 3) << 2), values, 3);
  return values;
}
