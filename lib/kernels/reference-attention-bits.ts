/** Attention with scores or values in bits, in plain TypeScript and float64, one image; formulas as in `assembly/`. */

import { type Floats, make, signOf, sum } from "./reference";
import { keepAbove, softmax } from "./reference-rows";

/** Sizes: `queries` of `tokens` ask. */
export interface AttentionBitsShape {
  readonly tokens: number;
  readonly width: number;
  readonly heads: number;
  readonly queries: number;
}

/** How scores are made; without it from floats. */
export interface BitScores {
  readonly queryThreshold?: Floats;
  readonly keyThreshold?: Floats;
  readonly queryFactors?: boolean;
  readonly keyFactors?: boolean;
  /** [H, d + 1] */
  readonly table?: Floats;
}

/** How values are summed. */
export interface BitValues {
  readonly levels: number;
  readonly valueThreshold?: Floats;
  /** [H, levels], as α. */
  readonly keepThreshold: Floats;
  /** [H, levels] */
  readonly keepShare?: Floats;
  readonly alpha?: Floats;
  readonly gamma?: Floats;
}

/** Part 0 (q), 1 (k) or 2 (v) of every head, less its channel's threshold: [H, N, d]. */
function part(qkv: Floats, shape: AttentionBitsShape, which: number, threshold?: Floats): Float64Array {
  const { tokens, width, heads } = shape;
  const dim = width / heads;
  return make(heads * tokens * dim, (at) => {
    const [row, c] = [Math.floor(at / dim), at % dim];
    const [head, token] = [Math.floor(row / tokens), row % tokens];
    const channel = head * dim + c;
    return qkv[token * 3 * width + which * width + channel] - (threshold ? threshold[channel] : 0);
  });
}

/** Integers [H, M, N], where there are any, and probabilities [H, M, N]. */
export function bitProbabilities(qkv: Floats, shape: AttentionBitsShape, scale: number, bits?: BitScores) {
  const { tokens, width, heads, queries } = shape;
  const dim = width / heads;
  const [rawQ, rawK] = [0, 1].map((which) => part(qkv, shape, which));
  const [q, k] = bits
    ? [part(qkv, shape, 0, bits.queryThreshold), part(qkv, shape, 1, bits.keyThreshold)].map((x) => x.map(signOf))
    : [rawQ, rawK];
  const place = (at: number) => [Math.floor(at / (queries * tokens)), Math.floor(at / tokens) % queries, at % tokens];
  const sums = make(heads * queries * tokens, (at) => {
    const [head, i, j] = place(at);
    const [ofQ, ofK] = [(head * tokens + i) * dim, (head * tokens + j) * dim];
    return sum(dim, (c) => q[ofQ + c] * k[ofK + c]);
  });
  const means = (x: Floats) => make(heads * tokens, (row) => sum(dim, (c) => Math.abs(x[row * dim + c])) / dim);
  const [betaQ, betaK] = [rawQ, rawK].map(means);
  const scores = make(sums.length, (at) => {
    const [head, i, j] = place(at);
    const factor =
      (bits?.queryFactors ? betaQ[head * tokens + i] : 1) * (bits?.keyFactors ? betaK[head * tokens + j] : 1);
    const correction = bits?.table ? bits.table[head * (dim + 1) + (sums[at] + dim) / 2] : 0;
    return sums[at] * factor * scale + correction;
  });
  return { sums, probs: softmax(scores, tokens, 1) };
}

/**
 * Integers [levels, H, M, d] and context [M, D] of probabilities [H, M, N], which are given: close to a threshold their
 * rounding decides.
 */
export function bitContext(qkv: Floats, probs: Floats, shape: AttentionBitsShape, values: BitValues) {
  const { tokens, width, heads, queries } = shape;
  const { levels, keepThreshold, keepShare, alpha, gamma } = values;
  const dim = width / heads;
  const v = part(qkv, shape, 2, values.valueThreshold).map(signOf);
  const largest = make(probs.length / tokens, (row) => Math.max(...make(tokens, (j) => probs[row * tokens + j])));
  const f = Math.fround; // a threshold is a float32: at a tie its roundings decide
  const kept = Array.from({ length: levels }, (_, level) =>
    keepAbove(probs, tokens, (row) => {
      const at = Math.floor(row / queries) * levels + level;
      return f(f(keepThreshold[at]) + f(f(keepShare?.[at] ?? 0) * largest[row]));
    }),
  );
  const sums = make(levels * heads * queries * dim, (at) => {
    const [level, row, c] = [Math.floor(at / (heads * queries * dim)), Math.floor(at / dim), at % dim];
    const [head, i] = [Math.floor(row / queries) % heads, row % queries];
    const [{ bits }, first, from] = [kept[level], (head * queries + i) * tokens, head * tokens * dim + c];
    return sum(tokens, (j) => bits[first + j] * v[from + j * dim]);
  });
  const out = make(queries * width, (at) => {
    const [i, channel] = [Math.floor(at / width), at % width];
    const [head, c] = [Math.floor(channel / dim), channel % dim];
    const row = head * queries + i;
    const total = sum(levels, (level) => {
      const factor = alpha ? alpha[head * levels + level] : kept[level].means[row];
      return sums[(level * heads * queries + row) * dim + c] * factor;
    });
    return total * (gamma ? gamma[channel] : 1);
  });
  return { sums, out };
}
