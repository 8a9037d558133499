import { bitContext, bitContextScratch } from "./bit-context";
import { bitScores, bitScoresScratch } from "./bit-scores";
import { multiply, multiplyScratch } from "./gemm";
import { Nullable, onward } from "./onward";
import { powersOfRows, scaleRows } from "./softmax";

/**
 * Self-attention of one image with scores, values or both in bits, straight from the joint projection; layouts of qkv,
 * out and probs as in attention.ts, without the axis of images. Each step is rounded to float32 in the order written.
 *
 * With `binaryScores`, of each head, s the exact integer:
 *
 *     s_ij = sign(q_i − τ_q) · sign(k_j − τ_k)
 *     score_ij = ((s_ij · β_q,i) · β_k,j) · scale + table[(s_ij + d) / 2]
 *     p = softmax(score), by powersOfRows with a scale of 1 and scaleRows
 *
 * else p = softmax(q kᵀ) by powersOfRows with `scale`, as `attention` makes it where that is fl(1 / fl(√d)). With
 * `levels` ≥ 1:
 *
 *     b_l,ij = 1 where p_ij ≥ t_l + r_l · M_i, else 0;  M_i = max_j p_ij
 *     n_l,ic = Σ_j b_l,ij · sign(v_jc − τ_v), an exact integer
 *     out_ic = (n_0,ic · α_0 + n_1,ic · α_1 + …) · γ_c
 *
 * α_l is given, or the mean of the p_ij of the row that b_l keeps (`meansOfKept`). With `levels` 0 the values are floats
 * and end as in `attention`: weighted with the powers, then divided by their sum.
 *
 *     queryThreshold, keyThreshold, valueThreshold, gamma   [D]: channels of head 0, of head 1, …; left out: τ = 0, γ = 1
 *     queryFactors, keyFactors   whether β is the mean |x| of the head's d entries (`tokenScale`); else 1
 *     table [H, d + 1], left out: nothing is added     keepThreshold (t), keepShare (r, left out: 0), alpha [H, levels]
 *     scoreSums [H, M, N], contextSums [levels, H, M, d]   where s and n are shown, or null
 *
 *     scratch:  | shares | of scores from bits, then of a context from bits or of a product |
 *
 * @returns 1 if there was a NaN among what became a bit, else 0
 */
export function attentionBits(
  qkv: usize,
  out: usize,
  probs: usize,
  tokens: i32,
  width: i32,
  heads: i32,
  queries: i32,
  scale: f32,
  binaryScores: bool,
  queryThreshold: Nullable,
  keyThreshold: Nullable,
  queryFactors: bool,
  keyFactors: bool,
  table: Nullable,
  scoreSums: Nullable,
  levels: i32,
  valueThreshold: Nullable,
  keepThreshold: Nullable,
  keepShare: Nullable,
  alpha: Nullable,
  gamma: Nullable,
  contextSums: Nullable,
  scratch: usize,
): i32 {
  const dim = width / heads;
  const row = 3 * width;
  const work = scratch + (<usize>tokens << 2);
  let odd = 0;
  for (let head = 0; head < heads; head++) {
    const channel = head * dim;
    const q = qkv + (<usize>channel << 2);
    const k = q + (<usize>width << 2);
    const v = k + (<usize>width << 2);
    const context = out + (<usize>channel << 2);
    if (binaryScores) {
      odd |= bitScores(
        q,
        k,
        probs,
        queries,
        tokens,
        dim,
        row,
        onward(queryThreshold, channel),
        onward(keyThreshold, channel),
        queryFactors,
        keyFactors,
        scale,
        onward(table, head * (dim + 1)),
        onward(scoreSums, head * queries * tokens),
        work,
      );
    } else {
      multiply(q, row, 1, k, 1, row, probs, tokens, queries, tokens, dim, 0, work);
    }
    powersOfRows(probs, scratch, queries, tokens, binaryScores ? 1 : scale);
    if (levels == 0) {
      multiply(probs, tokens, 1, v, row, 1, context, width, queries, dim, tokens, 0, work);
      scaleRows(context, scratch, queries, dim, width);
    }
    scaleRows(probs, scratch, queries, tokens, tokens);
    if (levels > 0) {
      odd |= bitContext(
        probs,
        v,
        context,
        queries,
        tokens,
        dim,
        row,
        width,
        levels,
        onward(valueThreshold, channel),
        onward(keepThreshold, head * levels),
        onward(keepShare, head * levels),
        scratch, // e⁰ is exactly 1, so the largest p of a row is what all of it was multiplied by
        onward(alpha, head * levels),
        onward(gamma, channel),
        onward(contextSums, head * queries * dim),
        heads * queries * dim,
        work,
      );
    }
    probs += <usize>(queries * tokens) << 2;
  }
  return odd;
}

/** Scratch of `attentionBits`, bytes. */
export function attentionBitsScratch(tokens: i32, width: i32, heads: i32): usize {
  const dim = width / heads;
  const products = max(multiplyScratch(tokens, dim), multiplyScratch(dim, tokens));
  const bits = max(bitScoresScratch(tokens, dim), bitContextScratch(tokens, dim));
  return (<usize>tokens << 2) + max(products, bits);
}
