import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { sign } from "../../lib/binarize/sign";
import { binarizeWeight } from "../../lib/binarize/weight";
import { abs } from "../../lib/ops/abs";
import { selfAttention } from "../../lib/ops/attention";
import { crossEntropy } from "../../lib/ops/cross-entropy";
import { gelu } from "../../lib/ops/gelu";
import { layerNorm } from "../../lib/ops/layer-norm";
import { parseBinarizer } from "../../lib/vit/parse-binarize";
import { backends } from "./backends";

const values = (tensor: tf.Tensor): number[] => [...readFloats(tensor)];

describe.each(backends)("far from zero, on $name", ({ use }) => {
  beforeAll(async () => {
    await use();
  });

  test("gelu is 0 or the identity, with slope 0 or 1", () => {
    const x = tf.tensor1d([-1000, -50, -12, 12, 50, 1000]);
    const expected = [0, 0, 0, 12, 50, 1000];
    for (const [i, y] of values(gelu(x)).entries()) expect(y).toBeCloseTo(expected[i], 4);
    const slopes = values(tf.grad((t) => tf.sum(gelu(t)))(x));
    for (const [i, slope] of slopes.entries()) expect(slope).toBeCloseTo(i < 3 ? 0 : 1, 4);
  });

  test("gelu keeps the sign of what it is given", () => {
    const x = [-40, -20.5, -14, -10.955, -10.954, -8, -5.6, -5.4, -3, -1e-3, -1e-20, -1e-37, 0, 1e-37, 1e-3, 5.5, 40];
    const y = values(gelu(tf.tensor1d(x)));
    expect(y.map((value) => value < 0)).toEqual(x.map((value) => value < 0));
    expect(values(sign(gelu(tf.tensor1d(x)), "clip"))).toEqual(x.map((value) => (value < 0 ? -1 : 1)));
  });

  test("what is left of equal numbers after their mean is 0, of weights and in layer norm", () => {
    for (const count of [3, 7, 48, 65]) {
      const equal = tf.fill([count, 2], 0.1);
      const normalized = layerNorm(tf.transpose(equal), tf.fill([count], 5), tf.zeros([count]), 1e-6);
      expect(values(normalized).every((value) => value === 0)).toBe(true);
      const centered = parseBinarizer({ scale: "learned", center: true }); // the scale of what is left would be 0
      const signs = binarizeWeight(equal, centered, { scale: tf.ones([1, 2]) });
      expect(values(signs).every((value) => value === 1)).toBe(true);
    }
  });

  test("the gradient of abs has the sign of numbers that are far below 1e-7", () => {
    const x = tf.tensor1d([1e-7, -1e-7, 1e-9, -1e-9, 1e-20, -1e-20, 1e-37, -1e-37, 0, -0]);
    const slopes = values(tf.grad((t) => tf.sum(abs(t)))(x));
    expect(slopes.map((slope) => slope + 0)).toEqual([1, -1, 1, -1, 1, -1, 1, -1, 0, 0]);
  });

  test("attention to keys of equal scores leaves exactly 0 of values that cancel", () => {
    const tokens = [1, 1, -2, 3, 3, -6, 0].map((value) => [0.37, 1.1, value]);
    expect(values(selfAttention(tf.tensor3d([tokens]), 1)).every((value) => value === 0)).toBe(true);
  });

  test("layer norm of equal numbers is beta, and its gradient finite", () => {
    const [x, gamma, beta] = [tf.fill([1, 2, 5], 3), tf.fill([5], 2), tf.tensor1d([1, 2, 3, 4, 5])];
    const y = values(layerNorm(x, gamma, beta, 1e-6));
    for (const [i, got] of y.entries()) expect(got).toBeCloseTo((i % 5) + 1, 2);
    const slopes = values(tf.grad((t) => tf.sum(tf.square(layerNorm(t, gamma, beta, 1e-6))))(x));
    expect(slopes.every(Number.isFinite)).toBe(true);
  });

  test("layer norm keeps its digits where the mean is far above the spread", () => {
    const x = tf.tensor3d([[[1000, 1001, 1002, 1003]]]);
    const y = values(layerNorm(x, tf.ones([4]), tf.zeros([4]), 1e-6));
    for (const [i, got] of y.entries()) expect(got).toBeCloseTo((i - 1.5) / Math.sqrt(1.25), 3);
  });

  test("attention with scores of ±10000 picks one token", () => {
    const [query, key] = [100, 100];
    const qkv = tf.tensor3d([
      [
        [query, key, 7],
        [query, -key, 9],
        [-query, 0, 5],
      ],
    ]); // one head of width 1
    expect(values(selfAttention(qkv, 1))).toEqual([7, 7, 9]);
    const slopes = values(tf.grad((t) => tf.sum(selfAttention(t, 1)))(qkv));
    expect(slopes.every(Number.isFinite)).toBe(true);
  });

  test("cross entropy of logits of ±1000 is the distance to the label", () => {
    const logits = tf.tensor2d([
      [1000, -1000],
      [1000, -1000],
    ]);
    const labels = tf.tensor1d([0, 1], "int32");
    expect(values(crossEntropy(logits, labels))[0]).toBeCloseTo(1000, 2);
  });

  test("sign takes 0 and −0 to +1, infinities to ±1, and its pseudo-gradients stay finite", () => {
    const x = tf.tensor1d([0, -0, 1e-30, -1e-30, 100, -100, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(values(sign(x, "clip"))).toEqual([1, 1, 1, -1, 1, -1, 1, -1]);
    for (const form of ["identity", "clip", "approx", "swish", "ede"] as const) {
      const slopes = values(tf.grad((t) => tf.sum(sign(t, form)))(tf.slice(x, 0, 6)));
      expect(slopes.every(Number.isFinite), form).toBe(true);
    }
  });
});
