import { multiply, multiplyScratch } from "./gemm";
import { powersOfRows, scaleRows } from "./softmax";

/**
 * What `attentionBits` makes of scores that are already there, with float values: context = Σ e v / Σ e, e = e^(s − max s).
 *
 *     scores, probs [matrices, queries, tokens]   p = e / Σ e, to go back by
 *     values [matrices, tokens, d]      context [matrices, queries, d]
 *
 *     scratch:  | shares | scratch of a product |
 */
export function attendScores(
  scores: usize,
  values: usize,
  context: usize,
  probs: usize,
  matrices: i32,
  queries: i32,
  tokens: i32,
  dim: i32,
  scratch: usize,
): void {
  const work = scratch + (<usize>queries << 2);
  memory.copy(probs, scores, <usize>(matrices * queries * tokens) << 2);
  for (let i = 0; i < matrices; i++) {
    powersOfRows(probs, scratch, queries, tokens, 1);
    multiply(probs, tokens, 1, values, dim, 1, context, dim, queries, dim, tokens, 0, work);
    scaleRows(context, scratch, queries, dim, dim);
    scaleRows(probs, scratch, queries, tokens, tokens);
    probs += <usize>(queries * tokens) << 2;
    values += <usize>(tokens * dim) << 2;
    context += <usize>(queries * dim) << 2;
  }
}

/** Scratch of `attendScores`, bytes. */
export function attendScoresScratch(queries: i32, tokens: i32, dim: i32): usize {
  return (<usize>queries << 2) + multiplyScratch(dim, tokens);
}
