import { beforeAll, describe, expect, test } from "vitest";
import type { ScaleForm, SteForm } from "../../lib/backend/kernel-codes";
import { Random } from "../../lib/base/random";
import type { ReferenceArray } from "../../lib/verify/reference-case";
import { verifyCase } from "../../lib/verify/verify";
import { backends } from "./backends";
import { binaryLinearCase, differenceCase, type FlatBinarizer, numbers } from "./float64";

const forms: readonly SteForm[] = ["identity", "clip", "approx", "swish"];
const scales: readonly ScaleForm[] = ["none", "tensor", "channel", "learned", "learned-tensor"];

const channel: FlatBinarizer = {
  scale: "channel",
  scaleGradient: "product",
  center: false,
  weightSte: "clip",
  activation: "sign",
  activationSte: "clip",
  activationScale: "none",
};
const xnor: FlatBinarizer = { ...channel, activationScale: "token" };
const tensorDetached: FlatBinarizer = { ...channel, scale: "tensor", scaleGradient: "detached" };

/** Every combination of the weight's fields and the token scale; the activation's fields take turns. */
function allBinarizers(): FlatBinarizer[] {
  const all: FlatBinarizer[] = [];
  for (const scale of scales)
    for (const scaleGradient of ["product", "detached"] as const)
      for (const center of [false, true])
        for (const weightSte of forms)
          for (const activationScale of ["none", "token"] as const) {
            const activation = all.length % 3 === 2 ? "none" : "sign";
            const activationSte = forms[Math.floor(all.length / 3) % forms.length];
            all.push({ scale, scaleGradient, center, weightSte, activation, activationSte, activationScale });
          }
  return all;
}

/** Made once for all backends. */
let combinations: { readonly how: FlatBinarizer; readonly made: ReturnType<typeof randomCase> }[] | undefined;

function randomCase(seed: number, how: FlatBinarizer, rows: readonly number[], I: number, O: number) {
  const random = new Random(seed);
  const inputs: Record<"x" | "weight" | "bias", ReferenceArray> & { scale?: ReferenceArray } = {
    x: withZeros(numbers(random, [...rows, I])),
    weight: how.center ? numbers(random, [I, O]) : withZeros(numbers(random, [I, O])),
    bias: numbers(random, [O]),
  };
  if (how.scale.startsWith("learned")) inputs.scale = numbers(random, [1, how.scale === "learned" ? O : 1]);
  return binaryLinearCase(how, inputs, numbers(random, [...rows, O]));
}

/** Every fifth number 0, every tenth −0, which count as positive. */
const withZeros = ({ shape, data }: ReferenceArray): ReferenceArray => ({
  shape,
  data: data.map((value, i) => (i % 10 === 4 ? -0 : i % 5 === 4 ? 0 : value)),
});

describe.each(backends)("vectors made here, on $name", ({ use }) => {
  beforeAll(async () => {
    await use();
  });

  test("binary_linear with every combination of options: error < 2e-5", () => {
    combinations ??= allBinarizers().map((how, i) => ({ how, made: randomCase(i, how, [2, 3], 9, 4) }));
    const failed = combinations
      .map(({ how, made }) => ({ how, result: verifyCase(made) }))
      .filter(({ result }) => !result.passed);
    expect(failed).toEqual([]);
  });

  test.each([1, 2, 3, 31, 32, 33, 64, 127, 128, 129])("binary_linear with %i inputs and with %i outputs", (size) => {
    for (const how of [channel, xnor, tensorDetached]) {
      expect(verifyCase(randomCase(size, how, [1, 3], size, 5))).toMatchObject({ passed: true });
      expect(verifyCase(randomCase(size, how, [1, 1], 7, size))).toMatchObject({ passed: true });
    }
  });

  test("binary_linear with x of rank 2, and with x and weights that are all negative", () => {
    expect(verifyCase(randomCase(3, xnor, [5], 33, 7))).toMatchObject({ passed: true });
    const negative = ({ shape, data }: ReferenceArray) => ({ shape, data: data.map((v) => -Math.abs(v)) });
    const random = new Random(8);
    const inputs = { x: negative(numbers(random, [4, 5])), weight: negative(numbers(random, [5, 3])) };
    const bias = numbers(random, [3]);
    const made = binaryLinearCase(channel, { ...inputs, bias }, numbers(random, [4, 3]));
    expect(verifyCase(made)).toMatchObject({ passed: true });
  });

  test("layer_norm and gelu against central differences", () => {
    for (const [rows, width] of [
      [1, 1],
      [3, 2],
      [2, 65],
    ]) {
      const random = new Random(rows, width);
      const shape = [1, rows, width];
      const inputs = { x: numbers(random, shape, 2), gamma: numbers(random, [width]), beta: numbers(random, [width]) };
      const norm = differenceCase("layer_norm", { epsilon: 1e-2 }, inputs, layerNorm(width), numbers(random, shape));
      expect(verifyCase(norm), `${shape}`).toMatchObject({ passed: true });
      const curve = differenceCase("gelu", { form: "erf" }, { x: inputs.x }, ({ x }) => x.map(gelu), norm.upstream);
      expect(verifyCase(curve), `${shape}`).toMatchObject({ passed: true });
    }
  });

  test("cross_entropy without smoothing, with much of it, summed and of one image", () => {
    for (const [batch, classes, labelSmoothing, reduction] of [
      [4, 5, 0, "sum"],
      [1, 2, 0, "mean"],
      [3, 33, 0.9, "mean"],
      [7, 10, 0.1, "sum"],
    ] as const) {
      const random = new Random(batch, classes);
      const labels = { shape: [batch], data: Array.from({ length: batch }, () => random.integer(classes)) };
      const inputs = { logits: numbers(random, [batch, classes], 3), labels };
      const forward = ({ logits }: Record<string, number[]>) => [
        crossEntropy(logits, labels.data, classes, labelSmoothing) / (reduction === "mean" ? batch : 1),
      ];
      const made = differenceCase("cross_entropy", { labelSmoothing, reduction }, inputs, forward, null, ["labels"]);
      expect(verifyCase(made), `${batch}×${classes}`).toMatchObject({ passed: true });
    }
  });

  test("patch_embedding of one patch, of odd patches and of single pixels", () => {
    for (const [S, p, c, D] of [
      [3, 3, 2, 3],
      [6, 3, 1, 2],
      [2, 1, 3, 1],
    ]) {
      const random = new Random(S, p);
      const inputs = {
        x: numbers(random, [2, S, S, c]),
        kernel: numbers(random, [p, p, c, D]),
        bias: numbers(random, [D]),
      };
      const upstream = numbers(random, [2, (S / p) ** 2, D]);
      const made = differenceCase("patch_embedding", { patchSize: p }, inputs, patchEmbedding(S, p, c, D), upstream);
      expect(verifyCase(made), `${S}/${p}`).toMatchObject({ passed: true });
    }
  });

  test.each([
    { B: 1, N: 1, D: 2, numHeads: 1 },
    { B: 2, N: 3, D: 6, numHeads: 3 },
    { B: 1, N: 17, D: 4, numHeads: 4 },
  ])("multi_head_self_attention of $N tokens, $numHeads heads", ({ B, N, D, numHeads }) => {
    const random = new Random(N, D);
    const inputs = {
      x: numbers(random, [B, N, D]),
      weightQkv: numbers(random, [D, 3 * D]),
      biasQkv: numbers(random, [3 * D]),
      weightOut: numbers(random, [D, D]),
      biasOut: numbers(random, [D]),
    };
    const upstream = numbers(random, [B, N, D]);
    const forward = attention(B, N, D, numHeads);
    const made = differenceCase("multi_head_self_attention", { numHeads }, inputs, forward, upstream);
    expect(verifyCase(made)).toMatchObject({ passed: true });
  });
});

const layerNorm =
  (width: number) =>
  ({ x, gamma, beta }: Record<string, number[]>): number[] =>
    x.map((value, i) => {
      const row = x.slice(i - (i % width), i - (i % width) + width);
      const mean = row.reduce((a, b) => a + b, 0) / width;
      const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / width;
      return ((value - mean) / Math.sqrt(variance + 1e-2)) * gamma[i % width] + beta[i % width];
    });

const patchEmbedding =
  (S: number, p: number, c: number, D: number) =>
  ({ x, kernel, bias }: Record<string, number[]>): number[] => {
    const side = S / p;
    return Array.from({ length: 2 * side * side * D }, (_, i) => {
      const [b, row, column] = [
        Math.floor(i / (side * side * D)),
        Math.floor(i / (side * D)) % side,
        Math.floor(i / D) % side,
      ];
      let sum = bias[i % D];
      for (let at = 0; at < p * p * c; at++) {
        const [y, z] = [row * p + Math.floor(at / (p * c)), column * p + (Math.floor(at / c) % p)];
        sum += x[((b * S + y) * S + z) * c + (at % c)] * kernel[at * D + (i % D)];
      }
      return sum;
    });
  };

/** x Φ(x) with the power series of erf, which float64 carries to |x| of about 6. */
function gelu(x: number): number {
  const z = x / Math.SQRT2;
  let [term, sum] = [z, z];
  for (let n = 1; n < 200; n++) {
    term *= (2 * z * z) / (2 * n + 1);
    sum += term;
  }
  return (x * (1 + (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * sum)) / 2;
}

function crossEntropy(logits: number[], labels: readonly number[], classes: number, smoothing: number): number {
  return labels.reduce((total, label, row) => {
    const z = logits.slice(row * classes, (row + 1) * classes);
    const log = Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0));
    const target = (c: number) => (c === label ? 1 - smoothing : 0) + smoothing / classes;
    return total - z.reduce((sum, value, c) => sum + target(c) * (value - log), 0);
  }, 0);
}

const attention =
  (B: number, N: number, D: number, heads: number) =>
  ({ x, weightQkv, biasQkv, weightOut, biasOut }: Record<string, number[]>): number[] => {
    const d = D / heads;
    const affine = (input: number[], weight: number[], bias: number[]) =>
      Array.from({ length: (input.length / D) * bias.length }, (_, at) => {
        const [row, out] = [Math.floor(at / bias.length), at % bias.length];
        let sum = bias[out];
        for (let i = 0; i < D; i++) sum += input[row * D + i] * weight[i * bias.length + out];
        return sum;
      });
    const qkv = affine(x, weightQkv, biasQkv);
    const at = (b: number, n: number, part: number, h: number, c: number) =>
      qkv[(b * N + n) * 3 * D + part * D + h * d + c];
    const context = Array.from({ length: B * N * D }, (_, i) => {
      const [b, n, h, c] = [Math.floor(i / (N * D)), Math.floor(i / D) % N, Math.floor((i % D) / d), i % d];
      let [top, bottom] = [0, 0];
      for (let key = 0; key < N; key++) {
        let score = 0;
        for (let k = 0; k < d; k++) score += at(b, n, 0, h, k) * at(b, key, 1, h, k);
        const weight = Math.exp(score / Math.sqrt(d));
        top += weight * at(b, key, 2, h, c);
        bottom += weight;
      }
      return top / bottom;
    });
    return affine(context, weightOut, biasOut);
  };
