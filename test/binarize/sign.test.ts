import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { pseudoGradient, sign } from "../../lib/binarize/sign";
import type { SlopeName } from "../../lib/binarize/slopes";
import { backends } from "../verify/backends";

const points = [-3, -1.0001, -1, -0.75, -0.1, -0, 0, 0.1, 0.75, 1, 1.0001, 3];

// swish: the derivative of 2 σ(5x) (1 + 5x (1 − σ(5x))) − 1, BNN+'s smooth sign, worked out on paper.
const sigma = (x: number) => 1 / (1 + Math.exp(-x));
const formulas: Record<SlopeName, (x: number) => number> = {
  identity: () => 1,
  clip: (x) => (x >= -1 && x <= 1 ? 1 : 0),
  approx: (x) => (x < -1 || x > 1 ? 0 : x < 0 ? 2 + 2 * x : 2 - 2 * x),
  swish: (x) => {
    const s = sigma(5 * x);
    return 10 * s * (1 - s) * (2 + 5 * x * (1 - 2 * s));
  },
  // At the end of training, t = 10 and k = 1.
  ede: (x) => 10 / Math.cosh(10 * x) ** 2,
};

describe.each(backends)("sign on $name", ({ use }) => {
  beforeAll(async () => {
    await use();
  });

  test("has a slope by a name that exists", () => {
    expect(() => sign(tf.scalar(1), "clib" as "clip")).toThrow('There is no slope "clib". Did you mean clip?');
  });

  test("is never 0: both zeros count as positive", () => {
    const x = tf.tensor1d(points);
    expect([...readFloats(sign(x, "clip"))]).toEqual(points.map((value) => (value < 0 ? -1 : 1)));
  });

  test.each(Object.keys(formulas) as SlopeName[])("has the pseudo-gradient %s, also where it is plotted", (form) => {
    const x = tf.tensor1d(points);
    const upstream = tf.tensor1d(points.map((_, i) => i - 4.5));
    const slopes = readFloats(tf.grad((t: tf.Tensor) => sign(t, form))(x, upstream));
    const plotted = readFloats(pseudoGradient(x, form));
    for (const [i, point] of points.entries()) {
      const expected = formulas[form](Math.fround(point));
      expect(slopes[i], `at ${point}`).toBeCloseTo(expected * (i - 4.5), 4);
      expect(plotted[i], `at ${point}`).toBeCloseTo(expected, 5);
    }
  });

  test("has the pseudo-gradient ede as wide as training has progressed", () => {
    const x = tf.tensor1d(points);
    for (const [progress, t] of [
      [0, 0.1],
      [0.25, Math.sqrt(0.1)],
      [0.5, 1],
      [1, 10],
    ]) {
      const slopes = readFloats(tf.grad((v: tf.Tensor) => sign(v, "ede", { progress }))(x));
      for (const [i, point] of points.entries()) {
        expect(slopes[i]).toBeCloseTo((Math.max(1 / t, 1) * t) / Math.cosh(t * Math.fround(point)) ** 2, 4);
      }
    }
  });

  test("under a gain has its slope at x · gain times it, and the gain a gradient of its own", () => {
    const [x, gain] = [tf.tensor2d(points, [2, 6]), tf.tensor1d([0.5, 1, 2, 3, 4, 0.25])];
    const upstream = tf.tensor2d(
      points.map((_, i) => i - 4.5),
      [2, 6],
    );
    const signed = (v: tf.Tensor, g: tf.Tensor) => sign(v, "approx", { gain: g });
    const [dx, dGain] = tf.grads(signed)([x, gain], upstream).map(readFloats);
    expect([...readFloats(signed(x, gain))]).toEqual(points.map((value) => (value < 0 ? -1 : 1)));
    const gains = [...readFloats(gain)];
    const expected = Array(6).fill(0);
    for (const [i, point] of points.entries()) {
      const slope = (i - 4.5) * formulas.approx(Math.fround(point) * gains[i % 6]);
      expect(dx[i]).toBeCloseTo(slope * gains[i % 6], 4);
      expected[i % 6] += slope * point;
    }
    for (const [i, value] of expected.entries()) expect(dGain[i]).toBeCloseTo(value, 4);
  });

  test.each([1, 3, 31, 32, 33, 63, 64, 65, 127, 128, 129])("holds for %i numbers", (count) => {
    const data = Float32Array.from({ length: count }, (_, i) => Math.sin(7 * i + 1));
    const x = tf.tensor1d(data);
    expect([...readFloats(sign(x, "clip"))]).toEqual([...data].map((value) => (value < 0 ? -1 : 1)));
  });
});
