import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { ConfigError } from "../../lib/base/errors";
import { Random } from "../../lib/base/random";
import type { LayerBinarizer } from "../../lib/binarize/binarizer";
import { binaryPatchEmbedding } from "../../lib/binarize/conv";
import { binaryLinear } from "../../lib/binarize/linear";
import { scaledSign } from "../../lib/binarize/methods/scaled-sign";
import type { Site } from "../../lib/binarize/quantizer";
import { binarizers, inputQuantizerOf, weightQuantizerOf } from "../../lib/binarize/registry";
import { binarizeWeight } from "../../lib/binarize/weight";
import { patchify } from "../../lib/ops/patchify";
import { parseBinarizer } from "../../lib/vit/parse-binarize";
import { backends } from "../verify/backends";

const [I, O] = [33, 5];
const random = new Random(3);
const data = Float32Array.from({ length: I * O }, (_, i) => (i % O) + 1 + 2 * random.normal()); // means are not 0
const squares = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);

describe.each(backends)("a binarized weight on $name", ({ use }) => {
  let weight: tf.Tensor;
  beforeAll(async () => {
    await use();
    weight = tf.tensor2d(data, [I, O]);
  });

  test.each(["tensor", "channel"] as const)(
    "with the %s scale is the nearest to W: no other α does better",
    (scale) => {
      const best = readFloats(binarizeWeight(weight, parseBinarizer({ scale })));
      for (let channel = 0; channel < O; channel++) {
        for (const factor of [0.9, 0.999, 1.001, 1.1]) {
          const changed = best.map((b, i) => (scale === "tensor" || i % O === channel ? b * factor : b));
          expect(squares(data, changed)).toBeGreaterThan(squares(data, best));
        }
      }
      expect(new Set(best.map(Math.abs)).size).toBe(scale === "tensor" ? 1 : O);
    },
  );

  test("of channel scale is nearer to W than of tensor scale, and that nearer than signs alone", () => {
    const errors = (["channel", "tensor", "none"] as const).map((scale) =>
      squares(data, readFloats(binarizeWeight(weight, parseBinarizer({ scale })))),
    );
    expect(errors[0]).toBeLessThan(errors[1]);
    expect(errors[1]).toBeLessThan(errors[2]);
  });

  test("unscaled is ±1", () => {
    const signs = readFloats(binarizeWeight(weight, binarizers.unscaled));
    expect([...signs]).toEqual([...data].map((value) => (value < 0 ? -1 : 1)));
  });

  test("centred has the signs and the mean magnitude of W − mean(W)", () => {
    const got = readFloats(binarizeWeight(weight, parseBinarizer({ center: true })));
    for (let o = 0; o < O; o++) {
      const column = Array.from({ length: I }, (_, i) => data[i * O + o]);
      const mean = column.reduce((a, b) => a + b, 0) / I;
      const alpha = column.reduce((a, b) => a + Math.abs(b - mean), 0) / I;
      column.forEach((value, i) => {
        expect(got[i * O + o]).toBeCloseTo(value < mean ? -alpha : alpha, 5);
      });
    }
  });

  test.each([
    ["learned", O],
    ["learned-tensor", 1],
  ] as const)("of scale %s follows its parameter, whose gradient is the slope of the result", (scale, count) => {
    const how = parseBinarizer({ scale });
    const alpha = Array.from({ length: count }, (_, i) => 0.5 + i);
    const upstream = tf.tensor2d(
      data.map((_, i) => Math.cos(i)),
      [I, O],
    );
    const loss = (parameter: tf.Tensor) =>
      tf.sum(tf.mul(upstream, binarizeWeight(weight, how, { scale: parameter }))) as tf.Scalar;
    const slopes = readFloats(tf.grad(loss)(tf.tensor2d(alpha, [1, count])));
    for (let i = 0; i < count; i++) {
      const at = (by: number) => {
        const shifted = alpha.map((value, j) => (i === j ? value + by : value));
        return readFloats(loss(tf.tensor2d(shifted, [1, count])))[0];
      };
      expect(slopes[i]).toBeCloseTo((at(1) - at(-1)) / 2, 2); // the loss is linear in α
    }
    expect(slopes).toHaveLength(count);
  });

  test("in a patch embedding is that of a linear layer on patches", () => {
    const images = tf.tensor4d(
      Float32Array.from({ length: 2 * 6 * 6 * 2 }, () => random.normal()),
      [2, 6, 6, 2],
    );
    const kernel = tf.tensor4d(
      Float32Array.from({ length: 3 * 3 * 2 * 4 }, () => random.normal()),
      [3, 3, 2, 4],
    );
    const bias = tf.tensor1d([1, 2, 3, 4]);
    for (const how of Object.values(binarizers)) {
      const own = ownOf(how, { inputs: 18, outputs: 4, tokens: 4 });
      const tokens = binaryPatchEmbedding(images, { ...own, kernel, bias }, how);
      const flat = { ...own, weight: tf.reshape(kernel, [18, 4]), bias };
      expect(tokens.shape).toEqual([2, 4, 4]);
      expect([...readFloats(tokens)]).toEqual([...readFloats(binaryLinear(patchify(images, 3), flat, how))]);
    }
  });
});

/** What the quantizers of a layer learn, at random. */
function ownOf(how: LayerBinarizer, sizes: Pick<Site, "inputs" | "outputs" | "tokens">): Record<string, tf.Tensor> {
  const site = { ...sizes, neverNegative: false };
  const weight =
    how.weight === "off" ? {} : weightQuantizerOf(how.weight).parameters?.({ ...site, role: "weight" }, how.weight);
  const input =
    how.input === "off" ? {} : inputQuantizerOf(how.input).parameters?.({ ...site, role: "input" }, how.input);
  const named = [
    ...Object.entries(weight ?? {}),
    ...Object.entries(input ?? {}).map(([name, own]) => [`input.${name}`, own] as const),
  ];
  return Object.fromEntries(named.map(([name, { shape }]) => [name, tf.randomUniform([...shape], 0.5, 1.5)]));
}

test("learned scales need their parameter", () => {
  for (const scale of ["learned", "learned-tensor"] as const) {
    const how = parseBinarizer({ scale });
    expect(() => binarizeWeight(tf.ones([2, 2]), how)).toThrow(ConfigError);
    expect(() => binarizeWeight(tf.ones([2, 2]), how)).toThrow("pass `{ scale }`");
    const layer = { weight: tf.ones([2, 2]), bias: tf.zeros([2]) };
    expect(() => binaryLinear(tf.ones([1, 2]), layer, how)).toThrow(ConfigError);
    expect(() => binaryLinear(tf.ones([1, 2]), layer, how)).toThrow("pass the tensor `scale`");
  }
});

test("a layer has no coefficient, one, or one for each output", () => {
  const forms = ["none", "tensor", "learned-tensor", "channel", "learned"] as const;
  expect(forms.map((scale) => scaledSign.factors({ scale }))).toEqual([
    "none",
    "one",
    "one",
    "per-output",
    "per-output",
  ]);
});

test("weights that stay float cannot be binarized", () => {
  expect(() => binarizeWeight(tf.ones([2, 2]), { weight: "off" })).toThrow(ConfigError);
});
