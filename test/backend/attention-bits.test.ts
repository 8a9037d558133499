import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { kernels } from "../../lib/backend/kernels";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import { DivergenceError, TrainingError } from "../../lib/base/errors";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference-rows";
import { Arena, normals, worstError } from "../kernels/arena";

const tensor = (shape: number[], ...seed: number[]): tf.Tensor =>
  tf.tensor(normals(new Random(...shape, ...seed), tf.util.sizeFromShape(shape)), shape);
const signs = (shape: number[], seed: number) => kernels.sign(tensor(shape, seed));

describe.each([true, false])("with kernels on bits: %s,", (oneBit) => {
  beforeEach(async () => {
    await useBackend("wasm", { oneBit });
  });
  afterAll(() => useBackend("wasm"));

  test("products of signs equal those of floats, leading axes and transposed too", () => {
    tf.tidy(() => {
      const a = signs([2, 3, 5, 70], 1);
      const [b, bt] = [signs([2, 3, 70, 9], 2), signs([2, 3, 9, 70], 3)];
      expect(readFloats(kernels.signMatMul(a, b))).toEqual(readFloats(tf.matMul(a, b)));
      const got = kernels.signMatMul(a, bt, { transposeB: true });
      expect(got.shape).toEqual([2, 3, 5, 9]);
      expect(readFloats(got)).toEqual(readFloats(tf.matMul(a, bt, false, true)));
      expect(() => kernels.signMatMul(a, bt)).toThrow(TrainingError);
    });
  });

  // What the engine computes in one call, put together as training does: the same order of the same roundings.
  test.each([
    [5, 12, 2, 1],
    [33, 64, 4, 2],
    [65, 128, 4, 3],
  ])("attention of %i tokens, width %i, %i heads, %i levels has the engine's bits", (tokens, width, heads, levels) => {
    const dim = width / heads;
    const scale = Math.fround(1 / Math.fround(Math.sqrt(dim)));
    const random = new Random(tokens, width);
    const values = (count: number, size = 0.3) => normals(random, count).map((x) => size * x);
    const qkv = values(tokens * 3 * width, 1);
    const [tauQ, tauK, tauV, gamma] = [width, width, width, width].map((count) => values(count));
    const table = values(heads * (dim + 1));
    const keep = Float32Array.from({ length: heads * levels }, (_, i) => (0.5 + (i % levels)) / tokens);

    const arena = new Arena();
    const [out, probs] = [arena.room(tokens * width), arena.room(heads * tokens * tokens)];
    const odd = arena.kernels.attentionBits({
      qkv: arena.put(qkv),
      out,
      probs,
      tokens,
      width,
      heads,
      queries: tokens,
      scale,
      binaryScores: true,
      queryThreshold: arena.put(tauQ),
      keyThreshold: arena.put(tauK),
      queryFactors: true,
      keyFactors: true,
      table: arena.put(table),
      levels,
      valueThreshold: arena.put(tauV),
      keepThreshold: arena.put(keep),
      gamma: arena.put(gamma),
      scratch: arena.room(arena.kernels.attentionBitsScratch({ tokens, width, heads }) / 4),
    });
    expect(odd).toBe(0);

    tf.tidy(() => {
      const split = tf.transpose(tf.reshape(tf.tensor(qkv), [tokens, 3, heads, dim]), [1, 2, 0, 3]);
      const parts = tf.unstack(split); // q, k, v: [H, N, d]
      const channels = (row: Float32Array) => tf.reshape(tf.tensor(row), [heads, 1, dim]);
      const [q, k, v] = [tauQ, tauK, tauV].map((tau, i) => kernels.sign(tf.sub(parts[i], channels(tau))));
      const s = kernels.signMatMul(q, k, { transposeB: true }); // [H, N, N]
      const betaK = tf.transpose(kernels.tokenScale(parts[1]), [0, 2, 1]);
      const scaled = tf.mul(tf.mul(tf.mul(s, kernels.tokenScale(parts[0])), betaK), scale);
      const places = readFloats(tf.div(tf.add(s, dim), 2));
      const corrections = places.map((place, at) => table[Math.floor(at / tokens ** 2) * (dim + 1) + place]);
      const p = kernels.softmax(tf.add(scaled, tf.tensor(corrections, s.shape)), 1);
      expect(readFloats(p)).toEqual(arena.read(probs, heads * tokens * tokens));

      let context: tf.Tensor | undefined;
      for (let level = 0; level < levels; level++) {
        const own = tf.tensor(Float32Array.from({ length: heads }, (_, head) => keep[head * levels + level]));
        const [bits, means] = kernels.keepAbove(p, own);
        const halves = kernels.signMatMul(tf.sub(tf.mul(bits, 2), 1), v); // Σ c s, c = 2b − 1
        const n = tf.mul(tf.add(halves, tf.sum(v, 1, true)), 0.5);
        const term = tf.mul(n, means);
        context = context ? tf.add(context, term) : term;
      }
      const scaledContext = tf.mul(context!, channels(gamma));
      const joined = tf.reshape(tf.transpose(scaledContext, [1, 0, 2]), [tokens, width]);
      expect(readFloats(joined)).toEqual(arena.read(out, tokens * width));
    });
  });
});

describe("on tensors", () => {
  test("softmax and its gradient", async () => {
    await useBackend("wasm");
    tf.tidy(() => {
      const [x, dy] = [tensor([2, 3, 9]), tensor([2, 3, 9], 1)];
      const p = kernels.softmax(x, 0.5);
      expect(p.shape).toEqual([2, 3, 9]);
      expect(worstError(readFloats(p), reference.softmax(readFloats(x), 9, 0.5))).toBeLessThan(1e-5);
      const expected = reference.softmaxGrad(readFloats(dy), readFloats(p), 9, 0.5);
      expect(worstError(readFloats(kernels.softmaxGrad(dy, p, 0.5)), expected)).toBeLessThan(1e-5);
      expect(() => kernels.softmaxGrad(tensor([4]), p)).toThrow(TrainingError);
    });
  });

  test("thresholds of each head, or one for all; others are refused, and NaN", () => {
    tf.tidy(() => {
      const p = tf.abs(tensor([2, 3, 4, 5]));
      const own = tf.tensor([0.2, 0.7, 5]);
      const [bits, means] = kernels.keepAbove(p, own);
      expect([bits.shape, means.shape]).toEqual([
        [2, 3, 4, 5],
        [2, 3, 4, 1],
      ]);
      const each = reference.keepAbove(readFloats(p), 5, (row) => readFloats(own)[Math.floor(row / 4) % 3]);
      expect([...readFloats(bits)]).toEqual([...each.bits]);
      expect(worstError(readFloats(means), each.means)).toBeLessThan(1e-6);
      const [all] = kernels.keepAbove(p, tf.tensor([0.7]));
      expect([...readFloats(all)]).toEqual([...reference.keepAbove(readFloats(p), 5, () => Math.fround(0.7)).bits]);
      expect(() => kernels.keepAbove(p, tf.tensor([1, 2]))).toThrow(/each head/);
      expect(() => kernels.keepAbove(tf.fill([1, 1, 2], Number.NaN), tf.tensor([1]))).toThrow(DivergenceError);
      expect(() => kernels.signMatMul(tf.fill([2, 2], Number.NaN), signs([2, 2], 1))).toThrow(DivergenceError);
    });
  });

  test("unfolded images times a kernel are TensorFlow.js's convolution, and folding is its gradient", () => {
    tf.tidy(() => {
      const [x, w] = [tensor([2, 7, 7, 3]) as tf.Tensor4D, tensor([3, 3, 3, 4]) as tf.Tensor4D];
      for (const [stride, across] of [
        [1, 7],
        [2, 4],
      ]) {
        const options = { kernel: 3, stride, padding: 1 };
        const rows = kernels.unfold(x, options);
        expect(rows.shape).toEqual([2 * across * across, 27]);
        const y = kernels.gemm(rows, tf.reshape(w, [27, 4]));
        expect(worstError(readFloats(y), readFloats(tf.conv2d(x, w, stride, 1)))).toBeLessThan(1e-5);
        const dy = tensor([2 * across * across, 4], stride);
        const dx = kernels.fold(kernels.gemm(dy, tf.reshape(w, [27, 4]), { transposeB: true }), x.shape, options);
        expect(dx.shape).toEqual(x.shape);
        const stock = tf.grad((image) =>
          tf.sum(tf.mul(tf.conv2d(image as tf.Tensor4D, w, stride, 1), tf.reshape(dy, [2, across, across, 4]))),
        )(x);
        expect(worstError(readFloats(dx), readFloats(stock))).toBeLessThan(1e-5);
        expect(() => kernels.fold(rows, [1, 7, 7, 3], options)).toThrow(TrainingError);
      }
      expect(() => kernels.unfold(tensor([2, 7, 6, 3]), { kernel: 3, stride: 1, padding: 1 })).toThrow(
        /\[B, S, S, c\]/,
      );
      expect(() => kernels.unfold(x, { kernel: 9, stride: 1, padding: 0 })).toThrow(/do not fit/);
      expect(() => kernels.unfold(x, { kernel: 3, stride: 0, padding: 0 })).toThrow(/do not fit/);
    });
  });

  test("a line with a knee, and its gradients", () => {
    tf.tidy(() => {
      const [x, dy] = [tensor([4, 3, 5]), tensor([4, 3, 5], 1)];
      const [knee, slope, offset] = [tensor([5], 2), tensor([5], 3), tensor([5], 4)];
      const rows = [knee, slope, offset].map(readFloats);
      const y = kernels.knee(x, knee, slope, offset);
      expect(worstError(readFloats(y), reference.knee(readFloats(x), rows[0], rows[1], rows[2]))).toBeLessThan(1e-6);
      const got = kernels.kneeGrad(dy, x, knee, slope);
      const { dx, dknee, dslope, doffset } = reference.kneeGrad(readFloats(dy), readFloats(x), rows[0], rows[1]);
      for (const [i, expected] of [dx, dknee, dslope, doffset].entries()) {
        expect(worstError(readFloats(got[i]), expected)).toBeLessThan(1e-5);
      }
      expect(got.map((gradient) => gradient.shape)).toEqual([[4, 3, 5], [5], [5], [5]]);
      expect(() => kernels.knee(x, tensor([4]), slope, offset)).toThrow(TrainingError);
    });
  });
});
