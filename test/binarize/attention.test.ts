import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { Random } from "../../lib/base/random";
import { attendBinary, binarizeOperand, binarizeProbabilities } from "../../lib/binarize/attention";
import type { Choice, ValuesBinarizer } from "../../lib/binarize/binarizer";
import { binaryLinear } from "../../lib/binarize/linear";
import { use } from "../../lib/binarize/method";
import { methods } from "../../lib/binarize/methods";
import { keptFrom, keptMean } from "../../lib/binarize/methods/above-mean";
import { inputQuantizer } from "../../lib/binarize/quantizer";
import { addMethod, binarizers } from "../../lib/binarize/registry";
import { sign } from "../../lib/binarize/sign";
import { slopes } from "../../lib/binarize/slopes";
import { parseBinarizer } from "../../lib/vit/parse-binarize";
import { backends } from "../verify/backends";

const normals = (seed: number, count: number) => {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => random.normal());
};

describe.each(backends)("binarized probabilities on $name", ({ use }) => {
  beforeAll(async () => {
    await use();
  });
  const softmax = (N: number, spread: number) =>
    tf.softmax(tf.mul(tf.tensor4d(normals(N, 2 * N * N), [1, 2, N, N]), spread));

  test.each([2, 3, 31, 33, 65, 129])("keep some of %i keys in every row and drop others, at any spread", (N) => {
    for (const spread of [0.01, 1, 20]) {
      const values = readFloats(binarizeProbabilities(softmax(N, spread), binarizers.channel));
      for (let row = 0; row < 2 * N; row++) {
        const distinct = new Set(values.subarray(row * N, (row + 1) * N));
        expect(distinct.size).toBe(2);
        expect(distinct.has(0)).toBe(true);
      }
    }
  });

  test("keep a uniform row whole", () => {
    for (const N of [1, 3, 7, 17, 65]) {
      const values = readFloats(binarizeProbabilities(tf.softmax(tf.zeros([1, 1, N, N])), binarizers.channel));
      for (const value of values) expect(value).toBeCloseTo(1 / N, 5);
    }
  });

  test("have the scale that is nearest to what was kept", () => {
    const probabilities = tf.tensor4d([
      [
        [
          [0.6, 0.3, 0.1],
          [0.4, 0.4, 0.2],
          [0.1, 0.1, 0.8],
        ],
      ],
    ]);
    const values = readFloats(binarizeProbabilities(probabilities, binarizers.channel));
    const expected = [0.6, 0, 0, 0.4, 0.4, 0, 0, 0, 0.8];
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i], 6);
    const unscaled = readFloats(binarizeProbabilities(probabilities, binarizers.unscaled));
    for (const [i, value] of unscaled.entries()) expect(value).toBeCloseTo(expected[i] > 0 ? 1 / 3 : 0, 6);
  });

  test("pass the gradient where they were kept, and nowhere else", () => {
    const probabilities = tf.tensor4d([[[[0.6, 0.3, 0.1]]]]);
    const upstream = tf.tensor4d([[[[2, 3, 5]]]]);
    const unscaled = tf.grad((p: tf.Tensor) => binarizeProbabilities(p, binarizers.unscaled))(probabilities, upstream);
    expect([...readFloats(unscaled)].map((slope) => Math.round(slope * 1e5) / 1e5)).toEqual([2, 0, 0]);
    const slopes = tf.grad((p: tf.Tensor) => binarizeProbabilities(p, binarizers.channel))(probabilities, upstream);
    const [first, ...others] = readFloats(slopes);
    expect(first).toBeCloseTo(2, 6); // halved with the bits, and times α, and both again undone
    expect([...others]).toEqual([0, 0]);
  });
});

/** Asks for a share of the row's largest where rows are no probabilities too. */
const ofAnyRow = inputQuantizer({
  name: "share anywhere",
  revision: 1,
  settings: {},
  rule: () => ({ share: 0.5, slope: slopes.identity }),
});
const anywhere = addMethod("share-anywhere", { ...methods.channel, input: use(ofAnyRow), operand: use(ofAnyRow) });

describe.each(backends)("a share of the row's largest probability on $name", (backend) => {
  beforeAll(async () => {
    await backend.use();
  });
  const [H, N] = [3, 7];
  const p = () => tf.softmax(tf.tensor4d(normals(5, 2 * H * N * N), [2, H, N, N]));
  const rows = () => {
    const all = readFloats(p());
    return Array.from({ length: 2 * H * N }, (_, row) => [...all.subarray(row * N, (row + 1) * N)]);
  };
  const f = Math.fround;

  test("comes on top of the threshold, rounded as the engine rounds it", () => {
    const own = [0.01, 0.04, -0.02].map(f);
    const threshold = tf.tensor(own, [H, 1, 1]);
    const most = rows().map((row) => Math.max(...row));
    const each = (of: (row: number) => number) => most.map((_, row) => of(row));
    const [both, alone, absent] = [{ threshold, share: 0.7 }, { share: 0.7 }, {}].map((rule) => keptFrom(p(), rule));
    expect(both.shape).toEqual([2, H, N, 1]);
    expect([...readFloats(both)]).toEqual(each((row) => f(own[Math.floor(row / N) % H] + f(f(0.7) * most[row]))));
    expect([...readFloats(alone)]).toEqual(each((row) => f(f(0.7) * most[row])));
    expect([...readFloats(absent)]).toEqual([0]);
    expect(keptFrom(p(), { threshold })).toBe(threshold);
  });

  test("decides what the mean is taken of, added up in the order of places", () => {
    const mean = keptMean(p(), { share: 0.4 });
    expect(mean.shape).toEqual([2, H, N, 1]);
    const expected = rows().map((row) => {
      const kept = row.filter((value) => value >= f(f(0.4) * Math.max(...row)));
      expect(kept.length).toBeGreaterThan(0);
      return kept.reduce((sum, value) => sum + value, 0) / kept.length;
    });
    for (const [i, value] of readFloats(mean).entries()) expect(value).toBeCloseTo(expected[i], 6);
  });

  test.each([0.25, 0.6, 1])("is a setting of BiViT's: %f", (share) => {
    const probabilities: Choice = { quantizer: "softmax-aware", scale: "none", share };
    const expected = rows().flatMap((row) => row.map((value) => (value >= f(f(share) * Math.max(...row)) ? 1 : 0)));
    expect([...readFloats(binarizeProbabilities(p(), { probabilities }))]).toEqual(expected);
  });

  test("is refused where nothing is a row of probabilities", () => {
    const how = binarizers[anywhere as "channel"];
    const message = 'Quantizer "share anywhere" is for attention probabilities.';
    expect(() => binarizeOperand(p(), how)).toThrow(message);
    const layer = { weight: tf.ones([N, 2]), bias: tf.zeros([2]) };
    expect(() => binaryLinear(tf.ones([1, 2, N]), layer, how)).toThrow(message);
  });

  test("has no gradient: what BiViT keeps passes it straight through", () => {
    const dy = tf.tensor4d(normals(6, 2 * H * N * N), [2, H, N, N]);
    const gradient = tf.grad((x: tf.Tensor) => binarizeProbabilities(x, binarizers.bivit))(p(), dy);
    expect(readFloats(gradient)).toEqual(readFloats(dy));
  });
});

const valuesOf = (name: "unscaled" | "channel") => binarizers[name] as ValuesBinarizer;

describe.each(backends)("values weighted by binarized probabilities on $name", ({ use }) => {
  beforeAll(async () => {
    await use();
  });

  test.each([7, 10, 49, 50, 64])("are exact sums of %i signs: 0 where they cancel, never a rounding", (N) => {
    const probabilities = tf.softmax(tf.zeros([1, 1, N, N]));
    // Column d has d values of −1: sums of N − 2d.
    const value = tf.tensor4d(
      Float32Array.from({ length: N * N }, (_, i) => (Math.floor(i / N) < i % N ? -1 : 1)),
      [1, 1, N, N],
    );
    const context = readFloats(attendBinary(probabilities, value, valuesOf("unscaled")));
    for (const [i, entry] of context.entries()) expect(entry).toBe(Math.fround((N - 2 * (i % N)) * Math.fround(1 / N)));
  });

  test.each(["unscaled", "channel"] as const)("are those weighted by the %s probabilities, gradients too", (name) => {
    const [N, d] = [9, 5];
    const scores = tf.tensor4d(normals(1, 2 * N * N), [1, 2, N, N]);
    const value = tf.tensor4d(normals(2, 2 * N * d), [1, 2, N, d]);
    const upstream = tf.tensor4d(normals(3, 2 * N * d), [1, 2, N, d]);
    const how = valuesOf(name);
    // A factor of each token would stand inside the sum over them: values are signs alone.
    const plain = (s: tf.Tensor, v: tf.Tensor) => tf.matMul(binarizeProbabilities(tf.softmax(s), how), sign(v, "clip"));
    const own = (s: tf.Tensor, v: tf.Tensor) => attendBinary(tf.softmax(s), v, how);
    const all = (f: typeof own) => [f(scores, value), ...tf.grads(f)([scores, value], upstream)].map(readFloats);
    const [got, expected] = [all(own), all(plain)];
    got.forEach((values, i) => {
      values.forEach((entry, j) => {
        expect(entry).toBeCloseTo(expected[i][j], 5);
      });
    });
  });
});

describe.each(backends)("binarized operands on $name", ({ use }) => {
  beforeAll(async () => {
    await use();
  });
  const x = () => tf.tensor4d(normals(1, 24), [1, 2, 3, 4]);

  test("are ±the mean magnitude of each token, or ±1", () => {
    const input = readFloats(x());
    const scaled = readFloats(binarizeOperand(x(), binarizers.channel));
    const signs = readFloats(binarizeOperand(x(), binarizers.unscaled));
    for (let token = 0; token < 6; token++) {
      const own = input.subarray(4 * token, 4 * token + 4);
      const mean = own.reduce((sum, value) => sum + Math.abs(value), 0) / 4;
      own.forEach((value, i) => {
        expect(scaled[4 * token + i]).toBeCloseTo(value < 0 ? -mean : mean, 5);
        expect(signs[4 * token + i]).toBe(value < 0 ? -1 : 1);
      });
    }
  });

  test("are ±1 where they are values, whose factor would stand inside a sum", () => {
    const signs = readFloats(binarizeOperand(x(), binarizers.channel, "value"));
    expect([...signs]).toEqual([...readFloats(x())].map((value) => (value < 0 ? -1 : 1)));
  });

  test("let the gradient through the scale under `product` only", () => {
    const slopes = (scaleGradient: "product" | "detached") => {
      const how = parseBinarizer({ scaleGradient });
      const beyondTheClip = tf.tensor4d([[[[3, 1.5, -2]]]]);
      const operand = (t: tf.Tensor) => binarizeOperand(t, how);
      return [...readFloats(tf.grad(operand)(beyondTheClip, tf.tensor4d([[[[1, 1, 4]]]])))];
    };
    expect(slopes("detached")).toEqual([0, 0, 0]);
    // dα = Σ G · sign = 1 + 1 − 4, a third of it for each, with the sign of each.
    for (const [i, slope] of slopes("product").entries()) expect(slope).toBeCloseTo([-2 / 3, -2 / 3, 2 / 3][i], 6);
  });
});
