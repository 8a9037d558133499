import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import type { SteForm } from "../../lib/binarize/binarizer";
import { pseudoGradient, sign } from "../../lib/binarize/sign";
import { backends } from "../verify/backends";

const points = [-3, -1.0001, -1, -0.75, -0.1, -0, 0, 0.1, 0.75, 1, 1.0001, 3];

// swish: the derivative of 2 σ(5x) (1 + 5x (1 − σ(5x))) − 1, BNN+'s smooth sign, worked out on paper.
const sigma = (x: number) => 1 / (1 + Math.exp(-x));
const formulas: Record<SteForm, (x: number) => number> = {
  identity: () => 1,
  clip: (x) => (x >= -1 && x <= 1 ? 1 : 0),
  approx: (x) => (x < -1 || x > 1 ? 0 : x < 0 ? 2 + 2 * x : 2 - 2 * x),
  swish: (x) => {
    const s = sigma(5 * x);
    return 10 * s * (1 - s) * (2 + 5 * x * (1 - 2 * s));
  },
};

describe.each(backends)("sign on $name", ({ use }) => {
  beforeAll(async () => {
    await use();
  });

  test("is never 0: both zeros count as positive", () => {
    const x = tf.tensor1d(points);
    expect([...readFloats(sign(x, "clip"))]).toEqual(points.map((value) => (value < 0 ? -1 : 1)));
  });

  test.each(Object.keys(formulas) as SteForm[])("has the pseudo-gradient %s, also where it is plotted", (form) => {
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

  test.each([1, 3, 31, 32, 33, 63, 64, 65, 127, 128, 129])("holds for %i numbers", (count) => {
    const data = Float32Array.from({ length: count }, (_, i) => Math.sin(7 * i + 1));
    const x = tf.tensor1d(data);
    expect([...readFloats(sign(x, "clip"))]).toEqual([...data].map((value) => (value < 0 ? -1 : 1)));
  });
});
