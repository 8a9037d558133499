import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import type { InferenceKernels } from "../../lib/kernels/module";
import * as reference from "../../lib/kernels/reference-attention-bits";
import { type Arena, normals, worstError } from "./arena";
import { both, scratch } from "./scalar-tiers";

const shapes: [tokens: number, width: number, heads: number][] = [
  [1, 1, 1],
  [3, 6, 2],
  [5, 33, 1],
  [17, 64, 4],
  [31, 33, 3],
  [32, 32, 1],
  [33, 10, 2],
  [63, 126, 2],
  [64, 63, 9],
  [65, 128, 4],
  [129, 130, 2],
];

interface Options {
  readonly scores?: reference.BitScores;
  readonly values?: reference.BitValues;
}

interface Result {
  readonly odd: number;
  readonly out: Float32Array;
  readonly probs: Float32Array;
  readonly scoreSums: Float32Array;
  readonly contextSums: Float32Array;
}

/** What one tier leaves behind. */
function run(
  kernels: InferenceKernels,
  arena: Arena,
  qkv: Float32Array,
  shape: reference.AttentionBitsShape,
  scale: number,
  { scores, values }: Options,
): Result {
  const { tokens, width, heads, queries } = shape;
  const place = (given?: ArrayLike<number>) => (given ? arena.put(given) : undefined);
  const levels = values?.levels ?? 0;
  const counts = [queries * width, heads * queries * tokens, heads * queries * tokens, levels * queries * width];
  const [out, probs, scoreSums, contextSums] = counts.map((count) => arena.room(count));
  const args = {
    qkv: arena.put(qkv),
    ...shape,
    scale,
    binaryScores: scores !== undefined,
    queryThreshold: place(scores?.queryThreshold),
    keyThreshold: place(scores?.keyThreshold),
    queryFactors: scores?.queryFactors,
    keyFactors: scores?.keyFactors,
    table: place(scores?.table),
    levels,
    valueThreshold: place(values?.valueThreshold),
    keepThreshold: place(values?.keepThreshold),
    keepShare: place(values?.keepShare),
    alpha: place(values?.alpha),
    gamma: place(values?.gamma),
    scratch: scratch(arena, kernels.attentionBitsScratch({ tokens, width, heads })),
  };
  const shown = { scoreSums: scores && scoreSums, contextSums: values && contextSums };
  const odd = kernels.attentionBits({ ...args, ...shown, out, probs });
  const [context, p, s, n] = [out, probs, scoreSums, contextSums].map((at, i) => arena.read(at, counts[i]));
  // Where nobody asks for p, nor for the integers of the context, there are ways without, to the same bits.
  const [alone, scoresAlone] = [arena.room(counts[0]), arena.room(counts[2])];
  expect(kernels.attentionBits({ ...args, scoreSums: scores && scoresAlone, out: alone })).toBe(odd);
  if (odd === 0) expect([arena.read(alone, counts[0]), arena.read(scoresAlone, counts[2])]).toEqual([context, s]);
  return { odd, out: context, probs: p, scoreSums: s, contextSums: n };
}

/** Runs both tiers, holds them to the same bits, and gives what they leave. */
function inBothTiers(qkv: Float32Array, shape: reference.AttentionBitsShape, scale: number, options: Options): Result {
  const results: Result[] = [];
  both((kernels, arena) => {
    results.push(run(kernels, arena, qkv, shape, scale, options));
    return qkv;
  });
  const [scalar, simd] = results;
  expect(scalar).toEqual(simd);
  return simd;
}

/** Options as training might leave them, `choice` bit by bit. */
function someOptions(random: Random, [tokens, width, heads]: readonly [number, number, number], choice: number) {
  const has = (bit: number) => ((choice >> bit) & 1) === 1;
  const row = (bit: number, size = 0.3) => (has(bit) ? normals(random, width).map((x) => size * x) : undefined);
  const levels = has(5) ? 3 : 1;
  const count = heads * levels;
  const scores: reference.BitScores = {
    queryThreshold: row(0),
    keyThreshold: row(1),
    queryFactors: has(2),
    keyFactors: has(3),
    table: has(4) ? normals(random, heads * (width / heads + 1)) : undefined,
  };
  const values: reference.BitValues = {
    levels,
    valueThreshold: row(0),
    keepThreshold: Float32Array.from({ length: count }, (_, i) => (0.4 + (i % levels)) / tokens),
    keepShare: has(6) ? Float32Array.from({ length: count }, () => random.uniform() - 0.2) : undefined,
    alpha: has(2) || has(7) ? normals(random, count) : undefined,
    gamma: row(1, 1),
  };
  return { scores, values };
}

describe.each(shapes)("%i tokens, width %i, %i heads:", (tokens, width, heads) => {
  const sizes = [tokens, width, heads] as const;
  const scale = Math.fround(1 / Math.fround(Math.sqrt(width / heads)));
  const qkvOf = (random: Random) =>
    normals(random, tokens * 3 * width).map((x, i) => (i % 13 === 5 ? 0 : i % 17 === 3 ? -0 : x));

  test.each(tokens > 40 ? [21, 63, 96, 127, 128, 226] : [0, 1, 2, 4, 8, 16, 21, 32, 42, 63, 64, 96, 127, 128, 226])(
    "integers exact, floats within 1e-5 (options %i)",
    (choice) => {
      for (const queries of new Set([tokens, 1])) {
        const random = new Random(...sizes, choice);
        const shape = { tokens, width, heads, queries };
        const qkv = qkvOf(random);
        const options = someOptions(random, sizes, choice);
        const got = inBothTiers(qkv, shape, scale, options);
        const first = reference.bitProbabilities(qkv, shape, scale, options.scores);
        const second = reference.bitContext(qkv, got.probs, shape, options.values);
        expect(got.odd).toBe(0);
        expect([...got.scoreSums]).toEqual([...first.sums]);
        expect(worstError(got.probs, first.probs)).toBeLessThan(1e-5);
        expect([...got.contextSums]).toEqual([...second.sums]);
        expect(worstError(got.out, second.out)).toBeLessThan(1e-5);
      }
    },
  );

  test("either half may be float: the other is that of `attention`, bit for bit", () => {
    const random = new Random(...sizes, 99);
    const shape = { tokens, width, heads, queries: tokens };
    const qkv = qkvOf(random);
    const { scores, values } = someOptions(random, sizes, 63);
    const [, stock] = both((kernels, arena) => {
      const [out, probs] = [arena.room(tokens * width), arena.room(heads * tokens * tokens)];
      const work = scratch(arena, kernels.attentionScratch({ tokens, width, heads }));
      kernels.attention({ qkv: arena.put(qkv), out, probs, batch: 1, ...shape, scratch: work });
      return Float32Array.of(...arena.read(probs, heads * tokens * tokens), ...arena.read(out, tokens * width));
    });
    const [probs, out] = [stock.subarray(0, heads * tokens * tokens), stock.subarray(heads * tokens * tokens)];
    const neither = inBothTiers(qkv, shape, scale, {});
    expect(neither.probs).toEqual(probs);
    expect(neither.out).toEqual(out);
    const floatScores = inBothTiers(qkv, shape, scale, { values });
    expect(floatScores.probs).toEqual(probs);
    expect([...floatScores.contextSums]).toEqual([...reference.bitContext(qkv, probs, shape, values).sums]);
    const floatValues = inBothTiers(qkv, shape, scale, { scores });
    const binary = inBothTiers(qkv, shape, scale, { scores, values });
    expect(floatValues.probs).toEqual(binary.probs);
    const dim = width / heads;
    const weighted = Float64Array.from({ length: tokens * width }, (_, at) => {
      const [i, channel] = [Math.floor(at / width), at % width];
      const row = (Math.floor(channel / dim) * tokens + i) * tokens;
      let sum = 0;
      for (let j = 0; j < tokens; j++) sum += binary.probs[row + j] * qkv[(3 * j + 2) * width + channel];
      return sum;
    });
    expect(worstError(floatValues.out, weighted)).toBeLessThan(1e-5);
  });
});

test("each step is rounded in the order documented", () => {
  const f = Math.fround;
  const [tokens, width, heads, levels] = [9, 12, 2, 2];
  const [random, dim, shape] = [new Random(4), width / heads, { tokens, width, heads, queries: tokens }];
  const qkv = normals(random, tokens * 3 * width);
  const [alpha, gamma, table] = [heads * levels, width, heads * (dim + 1)].map((count) => normals(random, count));
  const keepThreshold = Float32Array.of(0.05, 0.12, 0.08, 0.11);
  const values = { levels, keepThreshold, alpha, gamma };
  const got = inBothTiers(qkv, shape, 0.37, { scores: { table, queryFactors: true, keyFactors: true }, values });
  const out = got.out.map((_, at) => {
    const [i, channel] = [Math.floor(at / width), at % width];
    const [head, c] = [Math.floor(channel / dim), channel % dim];
    const term = (level: number) =>
      f(got.contextSums[((level * heads + head) * tokens + i) * dim + c] * alpha[head * levels + level]);
    return f(f(term(0) + term(1)) * gamma[channel]);
  });
  expect(got.out).toEqual(out);
  const mean = (part: number, head: number, token: number) => {
    const lanes = [0, 0, 0, 0];
    const at = (3 * token + part) * width + head * dim;
    for (let c = 0; c < dim; c++) lanes[c % 4] = f(lanes[c % 4] + Math.abs(qkv[at + c]));
    return f(f(f(lanes[0] + lanes[2]) + f(lanes[1] + lanes[3])) / dim);
  };
  const scores = got.scoreSums.map((s, at) => {
    const [head, i, j] = [Math.floor(at / tokens ** 2), Math.floor(at / tokens) % tokens, at % tokens];
    const scaled = f(f(f(s * mean(0, head, i)) * mean(1, head, j)) * f(0.37));
    return f(scaled + table[head * (dim + 1) + (s + dim) / 2]);
  });
  both((kernels, arena) => {
    // The same softmax on the scores as floats: one channel, q = 1, k = score.
    const [out, probs] = [arena.room(1), arena.room(tokens)];
    const work = scratch(arena, kernels.attentionScratch({ tokens, width: 1, heads: 1 }));
    for (let row = 0; row < heads * tokens; row++) {
      const own = scores.subarray(row * tokens, (row + 1) * tokens);
      const joint = arena.put(Float32Array.from([...own].flatMap((score) => [1, score, 0])));
      kernels.attention({ qkv: joint, out, probs, batch: 1, tokens, width: 1, heads: 1, queries: 1, scratch: work });
      expect(arena.read(probs, tokens)).toEqual(got.probs.subarray(row * tokens, (row + 1) * tokens));
    }
    return scores;
  });
});

test("the mean of what is kept is a sum in the order of places, in float32; of nothing it is 0", () => {
  const f = Math.fround;
  const [tokens, shape] = [129, { tokens: 129, width: 4, heads: 1, queries: 129 }];
  const qkv = normals(new Random(6), tokens * 12);
  const { probs } = inBothTiers(qkv, shape, 0.3, {}); // a scale that float32 has to round
  for (const threshold of [0, 0.006, probs[5], probs[128], 0.9, 2]) {
    const values = { levels: 1, keepThreshold: [f(threshold)] };
    const got = inBothTiers(qkv, shape, 0.3, { values });
    expect([...got.contextSums]).toEqual([...reference.bitContext(qkv, got.probs, shape, values).sums]);
    const expected = got.out.map((_, at) => {
      const kept = [...got.probs.subarray(Math.floor(at / 4) * tokens, (Math.floor(at / 4) + 1) * tokens)].filter(
        (p) => p >= f(threshold),
      );
      const mean = kept.length > 0 ? f(kept.reduce((sum, p) => f(sum + p), 0) / kept.length) : 0;
      return f(got.contextSums[at] * mean);
    });
    expect(got.out).toEqual(expected);
  }
});

test("a p that is the threshold is kept, wherever it stands", () => {
  const shape = { tokens: 41, width: 2, heads: 1, queries: 1 };
  const qkv = normals(new Random(8), 41 * 6);
  const { probs } = inBothTiers(qkv, shape, 0.5, {});
  for (const threshold of probs) {
    const values = { levels: 1, keepThreshold: [threshold] };
    const { contextSums } = inBothTiers(qkv, shape, 0.5, { values });
    expect([...contextSums]).toEqual([...reference.bitContext(qkv, probs, shape, values).sums]);
  }
});

describe("a share of the row's largest p", () => {
  test.each([3, 4, 33, 65])(
    "is of p itself: with a share of 1 the largest of %i are kept, and nothing above",
    (tokens) => {
      for (const scale of [0.01, 0.3, 20]) {
        const shape = { tokens, width: 4, heads: 2, queries: tokens };
        const qkv = normals(new Random(tokens), tokens * 12);
        for (const above of [0, 1e-6]) {
          const values = { levels: 1, keepThreshold: [0, 0], keepShare: [1, 1 + above].map(Math.fround) };
          const got = inBothTiers(qkv, shape, scale, { values });
          const rows = Array.from({ length: 2 * tokens }, (_, row) => [
            ...got.probs.subarray(row * tokens, (row + 1) * tokens),
          ]);
          const all = got.contextSums.map((_, at) => {
            const [row, c] = [Math.floor(at / 2), at % 2];
            const channel = 8 + 2 * Math.floor(row / tokens) + c;
            const sign = (j: number) => (qkv[12 * j + channel] < 0 ? -1 : 1);
            const most = Math.max(...rows[row]);
            if (row >= tokens && above > 0) return 0;
            return rows[row].reduce((sum, p, j) => sum + (p === most ? sign(j) : 0), 0);
          });
          expect(got.contextSums).toEqual(all);
        }
      }
    },
  );

  test("is rounded, then added to the threshold, and rounded: a p at just that is kept", () => {
    const f = Math.fround;
    const shape = { tokens: 41, width: 2, heads: 1, queries: 1 };
    const qkv = normals(new Random(8), 41 * 6);
    const { probs } = inBothTiers(qkv, shape, 0.5, {});
    const most = Math.max(...probs);
    let [ties, decided] = [0, 0]; // p at just the threshold, and those that exact numbers would decide otherwise
    for (const p of probs) {
      for (const share of [p / most, 0.3, 0.7, -0.2, 0].map(f)) {
        const threshold = share === f(p / most) ? 0 : f(p - f(share * most));
        const least = f(threshold + f(share * most));
        ties += least === p ? 1 : 0;
        decided += p >= least !== p >= threshold + share * most ? 1 : 0;
        const values = { levels: 1, keepThreshold: [threshold], keepShare: [share] };
        const { contextSums } = inBothTiers(qkv, shape, 0.5, { values });
        const kept = [0, 1].map((c) =>
          probs.reduce((sum, other, j) => sum + (other >= least ? (qkv[6 * j + 4 + c] < 0 ? -1 : 1) : 0), 0),
        );
        expect([...contextSums]).toEqual(kept);
      }
    }
    expect(ties).toBeGreaterThan(100);
    expect(decided).toBeGreaterThan(20);
  });

  test.each([0.25, 1])("of a row of equal p keeps all of it: %f, each level and head with its own", (share) => {
    const [tokens, heads, levels] = [37, 3, 3];
    const shape = { tokens, width: 6, heads, queries: tokens };
    const qkv = normals(new Random(9), tokens * 18).map((x, at) => (at % 18 < 6 ? 0 : x)); // queries of 0
    // Level 1 asks for more than the largest, in head 2 a threshold does so.
    const keepShare = [share, 1.01, share, share, 1.01, share, share, 1.01, share].map(Math.fround);
    const keepThreshold = [0, 0, 0, 0, 0, 0, 0, 0, 0.01].map(Math.fround);
    const values = { levels, keepShare, keepThreshold };
    const got = inBothTiers(qkv, shape, 1, { values });
    const { sums, out } = reference.bitContext(qkv, got.probs, shape, values);
    expect([...got.contextSums]).toEqual([...sums]);
    expect(worstError(got.out, out)).toBeLessThan(1e-6);
    for (const [at, sum] of got.contextSums.entries()) {
      const [level, head, c] = [Math.floor(at / (tokens * 6)), Math.floor(at / (tokens * 2)) % heads, at % 2];
      const none = level === 1 || (level === 2 && head === 2 && share > 0.9);
      let all = 0;
      for (let j = 0; j < tokens; j++) all += qkv[18 * j + 12 + 2 * head + c] < 0 ? -1 : 1;
      expect(sum).toBe(none ? 0 : all);
    }
  });
});

test.each([
  ["a query", 0, 1],
  ["a key", 5, 1],
  ["a value", 10, 1],
])("a NaN in %s is reported", (_, at, odd) => {
  const shape = { tokens: 2, width: 4, heads: 2, queries: 2 };
  const qkv = normals(new Random(7), 24);
  qkv[at] = Number.NaN;
  const values = { levels: 1, keepThreshold: [0.4, 0.4] };
  expect(inBothTiers(qkv, shape, 1, { scores: {}, values }).odd).toBe(odd);
  // Of float scores the probabilities carry it.
  expect(inBothTiers(qkv, shape, 1, { values }).odd).toBe(odd);
  const clean = normals(new Random(7), 24);
  const nan = Float32Array.of(0, Number.NaN, 0, 0);
  expect(inBothTiers(clean, shape, 1, { scores: { queryThreshold: nan } }).odd).toBe(1);
  expect(inBothTiers(clean, shape, 1, { values: { ...values, valueThreshold: nan } }).odd).toBe(1);
  expect(inBothTiers(clean, shape, 1, { values: { levels: 1, keepThreshold: [0.4, Number.NaN] } }).odd).toBe(1);
  expect(inBothTiers(clean, shape, 1, { values: { ...values, keepShare: [Number.NaN, 0.4] } }).odd).toBe(1);
});
