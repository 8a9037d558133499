/** `assembly/attention-bits.ts` without SIMD, to the same bits; formulas and layouts stand there. */

import { type InferenceKernels, signWords } from "./module";
import { packLine, popcount } from "./scalar-bits";
import { laneSum, multiply, powersOfRows, scaleRows } from "./scalar-float";

const fround = Math.fround;

/** @param memory - where all pointers point */
export function scalarAttentionBits(
  memory: WebAssembly.Memory,
): Pick<InferenceKernels, "attentionBits" | "attentionBitsScratch"> {
  return {
    attentionBits(args) {
      const { tokens, width, heads, queries, scale, binaryScores, levels } = args;
      const [f, w] = [new Float32Array(memory.buffer), new Uint32Array(memory.buffer)];
      const [dim, row, shares] = [width / heads, 3 * width, args.scratch >>> 2];
      const room = shares + tokens; // of p, where nobody asks for it
      const work = room + tokens * tokens;
      let odd = 0;
      for (let head = 0; head < heads; head++) {
        const q = (args.qkv >>> 2) + head * dim;
        const [k, v] = [q + width, q + 2 * width];
        const p = args.probs ? (args.probs >>> 2) + head * queries * tokens : room;
        const out = (args.out >>> 2) + head * dim;
        const own = { f, w, head, dim, row, work, p, largest: shares };
        if (binaryScores) odd |= bitScores(own, [q, k], args);
        else multiply(f, [q, [row, 1]], [k, [1, row]], [p, tokens], [queries, tokens, dim], undefined, work);
        powersOfRows(f, [p, shares], queries, tokens, binaryScores ? 1 : fround(scale));
        if (levels === 0) {
          multiply(f, [p, [tokens, 1]], [v, [row, 1]], [out, width], [queries, dim, tokens], undefined, work);
          scaleRows(f, [out, shares], queries, dim, width);
        }
        scaleRows(f, [p, shares], queries, tokens, tokens);
        if (levels > 0) odd |= bitContext(own, [v, out], args);
      }
      return odd;
    },

    attentionBitsScratch({ tokens, width, heads }) {
      const dim = width / heads;
      const signs = Math.max(2 * tokens * signWords(dim), (dim + 1) * signWords(tokens));
      return 4 * (tokens + tokens * tokens + Math.max(2 * tokens + signs, dim));
    },
  };
}

type Args = Parameters<InferenceKernels["attentionBits"]>[0];

/** One head: its memory, sizes and probabilities, places in elements. */
interface Head {
  readonly f: Float32Array;
  readonly w: Uint32Array;
  readonly head: number;
  readonly dim: number;
  readonly row: number;
  readonly work: number;
  readonly p: number;
  /** The largest p of each row: e⁰ is exactly 1, so it is what all of the row was multiplied by. */
  readonly largest: number;
}

/** An element's place, 0 for a null pointer. */
const onward = (pointer: number | undefined, elements: number): number => (pointer ? (pointer >>> 2) + elements : 0);

function bitScores({ f, w, head, dim, row, work, p }: Head, [q, k]: readonly [number, number], args: Args): number {
  const { tokens, queries, scale, queryFactors, keyFactors } = args;
  const [words, queryBetas, keyBetas] = [signWords(dim), work, work + tokens];
  const [querySigns, keySigns] = [work + 2 * tokens, work + 2 * tokens + tokens * words];
  const taus = [args.queryThreshold, args.keyThreshold].map((pointer) => onward(pointer, head * dim));
  const [table, sums] = [onward(args.table, head * (dim + 1)), onward(args.scoreSums, head * queries * tokens)];
  const mean = (from: number) => laneSum(dim, (c) => Math.abs(f[from + c])) / dim;
  let odd = 0;
  for (let i = 0; i < tokens; i++) {
    const [own, key] = [q + i * row, k + i * row];
    if (i < queries)
      odd |= packLine(f, w, { from: own, step: 1, count: dim, thresholds: taus[0] }, querySigns + i * words);
    odd |= packLine(f, w, { from: key, step: 1, count: dim, thresholds: taus[1] }, keySigns + i * words);
    if (i < queries) f[queryBetas + i] = queryFactors ? mean(own) : 1;
    f[keyBetas + i] = keyFactors ? mean(key) : 1;
  }
  for (let at = 0; at < queries * tokens; at++) {
    const [i, j] = [Math.floor(at / tokens), at % tokens];
    const different = countDifferent(w, querySigns + i * words, keySigns + j * words, words);
    const sum = dim - 2 * different;
    if (sums) f[sums + at] = sum;
    const score = fround(fround(fround(sum * f[queryBetas + i]) * f[keyBetas + j]) * fround(scale));
    f[p + at] = table ? score + f[table + dim - different] : score;
  }
  return odd;
}

function bitContext(own: Head, [v, out]: readonly [number, number], args: Args): number {
  const { f, w, head, dim, row, work, p, largest } = own;
  const { tokens, queries, width, heads, levels } = args;
  const [words, columns] = [signWords(tokens), work];
  const [tau, gamma] = [args.valueThreshold, args.gamma].map((pointer) => onward(pointer, head * dim));
  const ofLevels = [args.keepThreshold, args.keepShare, args.alpha];
  const [thresholds, shares, alphas] = ofLevels.map((pointer) => onward(pointer, head * levels));
  const bits = columns + dim * words;
  let odd = 0;
  for (let c = 0; c < dim; c++) {
    const line = { from: v + c, step: row, count: tokens, thresholds: tau && tau + c, thresholdStep: 0 };
    odd |= packLine(f, w, line, columns + c * words);
  }
  for (let at = 0; at < levels * queries; at++) {
    const [level, i] = [Math.floor(at / queries), at % queries];
    const share = shares ? f[shares + level] : 0;
    const threshold = fround(f[thresholds + level] + fround(share * f[largest + i]));
    const { odd: isOdd, mean } = keepRow(f, w, p + i * tokens, tokens, threshold, bits);
    odd |= isOdd;
    const alpha = alphas ? f[alphas + level] : mean;
    const sums = onward(args.contextSums, ((level * heads + head) * queries + i) * dim);
    for (let c = 0; c < dim; c++) {
      const to = out + i * width + c;
      const line = columns + c * words;
      let sum = countDifferent(w, bits, line, words);
      for (let word = 0; word < words; word++) sum -= popcount(w[line + word]);
      if (sums) f[sums + c] = sum;
      const value = fround(sum * alpha);
      f[to] = level > 0 ? f[to] + value : value;
      if (gamma && level + 1 === levels) f[to] *= f[gamma + c];
    }
  }
  return odd;
}

/** Bits of one row, and the mean of what they keep. */
function keepRow(f: Float32Array, w: Uint32Array, p: number, tokens: number, threshold: number, bits: number) {
  let [sum, kept, odd] = [0, 0, Number.isNaN(threshold) ? 1 : 0];
  w.fill(0, bits, bits + signWords(tokens));
  for (let j = 0; j < tokens; j++) {
    const value = f[p + j];
    if (Number.isNaN(value)) odd = 1;
    if (!(value >= threshold)) continue;
    w[bits + (j >>> 5)] |= 1 << (j & 31);
    sum = fround(sum + value);
    kept++;
  }
  return { odd, mean: kept > 0 ? fround(sum / kept) : 0 };
}

function countDifferent(w: Uint32Array, a: number, b: number, words: number): number {
  let different = 0;
  for (let word = 0; word < words; word++) different += popcount(w[a + word] ^ w[b + word]);
  return different;
}
