import { contextRows, tabulateValues, valueTableBytes } from "./bit-context";
import { bitScores, bitScoresScratch } from "./bit-scores";
import { clearPowers, gatherPowers, keepPowers, meansOfPowers, powerBytes } from "./few-scores";
import { multiply, multiplyScratch } from "./gemm";
import { meansOfKept, packKept } from "./keep-above";
import { Nullable, onward } from "./onward";
import { packRows, signWords } from "./pack-signs";
import { countSigns, countTableBytes } from "./sign-counts";
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
 * Of scores without factors and table a head has d + 1 at most. Where nobody asks for p, most rows are then made without
 * it (few-scores.ts), to the same bits.
 *
 *     probs      may be left out
 *
 *     scratch:  | shares, thresholds, means of rows | signs of q, of k, of v | bits of p | tables of v | powers |
 *               | p of one head | counts, their tables and eight rows of powers; or of scores, or of a product |
 *
 * @returns 1 if there was a NaN among what became a bit, else 0
 */
export function attentionBits(
  qkv: usize,
  out: usize,
  probs: Nullable,
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
  const shares = scratch;
  const least = onward(shares, tokens + 8);
  const means = onward(least, tokens + 8);
  const ones = onward(means, tokens + 8);
  const querySigns = onward(ones, dim);
  const rowWords = signWords(dim);
  const keySigns = onward(querySigns, rowWords * tokens);
  const valueSigns = onward(keySigns, rowWords * tokens);
  const bits = onward(valueSigns, rowWords * tokens);
  const words = signWords(tokens);
  const tables = onward(bits, words * (tokens + 8));
  const powers = tables + valueTableBytes(tokens, dim);
  const room = powers + powerBytes(dim);
  const work = onward(room, tokens * tokens);
  const few =
    !probs && binaryScores && levels > 0 && !queryFactors && !keyFactors && !table && dim < 128 &&
    scale >= 0 && scale < 1e30;
  const many = few ? queries & ~15 : 0;
  if (many > 0) clearPowers(powers, dim);
  for (let c = 0; c < dim; c++) f32.store(onward(ones, c), 1);
  const factorStep: usize = alpha ? 0 : 4;
  let odd = 0;
  for (let head = 0; head < heads; head++) {
    const channel = head * dim;
    const q = onward(qkv, channel);
    const k = onward(q, width);
    const v = onward(k, width);
    const context = onward(out, channel);
    const keep = onward(keepThreshold, head * levels);
    const share = onward(keepShare, head * levels);
    const sums = onward(contextSums, head * queries * dim);
    const sumsStride = heads * queries * dim;
    if (binaryScores) {
      odd |= packRows(q, row, querySigns, queries, dim, onward(queryThreshold, channel));
      odd |= packRows(k, row, keySigns, tokens, dim, onward(keyThreshold, channel));
    }
    if (levels > 0) {
      odd |= packRows(v, row, valueSigns, tokens, dim, onward(valueThreshold, channel));
      tabulateValues(valueSigns, tokens, dim, tables);
    }
    if (many > 0) {
      const counts = work + countTableBytes(rowWords);
      const smallest = counts + <usize>(many * tokens);
      const eight = smallest + <usize>many;
      countSigns(querySigns, many, keySigns, tokens, rowWords, counts, many, smallest, work);
      if (scoreSums) showSums(counts, many, tokens, dim, onward(scoreSums, head * queries * tokens));
      for (let i = 0; i < many; i += 8) {
        const ofEight = counts + i;
        const first = gatherPowers(powers, dim, scale, ofEight, many, tokens, smallest + i, eight);
        const second = gatherPowers(powers, dim, scale, ofEight + 4, many, tokens, smallest + i + 4, eight + 16);
        const one = f32x4.splat(1);
        v128.store(shares, f32x4.div(one, first));
        v128.store(shares, f32x4.div(one, second), 16);
        for (let level = 0; level < levels; level++) {
          odd |= thresholdsOfRows(keep, share, level, shares, least, 8);
          keepPowers(eight, tokens, shares, least, bits);
          if (!alpha) meansOfPowers(eight, tokens, shares, least, means);
          const own = gamma && level + 1 == levels ? onward(gamma, channel) : ones;
          const factors = alpha ? onward(alpha, head * levels + level) : means;
          const to = onward(context, i * width);
          const show = onward(sums, level * sumsStride + i * dim);
          contextRows(
            bits, 4, 32, 8, tokens, tables, dim, factors, factorStep, level > 0, own, to, width, show,
          );
        }
      }
    }
    const rest = queries - many;
    if (rest == 0) continue;
    const p = probs ? onward(probs, head * queries * tokens) : room;
    if (binaryScores) {
      bitScores(
        onward(q, many * row),
        k,
        onward(querySigns, many * rowWords),
        keySigns,
        p,
        rest,
        tokens,
        dim,
        row,
        queryFactors,
        keyFactors,
        scale,
        onward(table, head * (dim + 1)),
        onward(scoreSums, (head * queries + many) * tokens),
        work,
      );
    } else {
      multiply(q, row, 1, k, 1, row, p, tokens, queries, tokens, dim, 0, work);
    }
    powersOfRows(p, shares, rest, tokens, binaryScores ? 1 : scale);
    if (levels == 0) {
      multiply(p, tokens, 1, v, row, 1, context, width, queries, dim, tokens, 0, work);
      scaleRows(context, shares, queries, dim, width);
      if (!probs) continue;
    }
    scaleRows(p, shares, rest, tokens, tokens);
    for (let level = 0; level < levels; level++) {
      odd |= thresholdsOfRows(keep, share, level, shares, least, rest);
      odd |= packKept(p, bits, rest, tokens, least);
      if (!alpha) meansOfKept(p, means, rest, tokens, least);
      const own = gamma && level + 1 == levels ? onward(gamma, channel) : ones;
      const factors = alpha ? onward(alpha, head * levels + level) : means;
      const to = onward(context, many * width);
      const show = onward(sums, level * sumsStride + many * dim);
      contextRows(
        bits, <usize>words << 2, 4, rest, tokens, tables, dim, factors, factorStep, level > 0, own, to, width, show,
      );
    }
  }
  return odd;
}

/** Scratch of `attentionBits`, bytes. */
export function attentionBitsScratch(tokens: i32, width: i32, heads: i32): usize {
  const dim = width / heads;
  const products = max(multiplyScratch(tokens, dim), multiplyScratch(dim, tokens));
  const counts = countTableBytes(signWords(dim)) + <usize>(tokens * tokens + 33 * tokens);
  const rows = 3 * (tokens + 8) + dim + 3 * signWords(dim) * tokens + signWords(tokens) * (tokens + 8) + tokens * tokens;
  const fixed = (<usize>rows << 2) + valueTableBytes(tokens, dim) + powerBytes(dim);
  return fixed + max(products, max(counts, bitScoresScratch(tokens, dim)));
}

/**
 * From where on each row's p are kept at one level. e⁰ is exactly 1, so the largest p of a row is its share.
 *
 * @returns 1 if one is NaN, else 0
 */
function thresholdsOfRows(
  thresholds: usize,
  shares: Nullable,
  level: i32,
  largest: usize,
  least: usize,
  rows: i32,
): i32 {
  const threshold = f32.load(onward(thresholds, level));
  const share: f32 = shares ? f32.load(onward(shares, level)) : 0;
  let odd = 0;
  for (let i = 0; i < rows; i++) {
    const from = threshold + share * f32.load(onward(largest, i));
    if (from != from) odd = 1;
    f32.store(onward(least, i), from);
  }
  return odd;
}

/** The scores' integers d − 2 n as floats [columns, rows], of counts n [rows, columns]. */
function showSums(counts: usize, columns: i32, rows: i32, dim: i32, sums: usize): void {
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rows; j++) {
      f32.store(sums, <f32>(dim - 2 * <i32>load<u8>(counts + (j * columns + i))));
      sums += 4;
    }
  }
}
