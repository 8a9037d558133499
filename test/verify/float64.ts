import type { SteForm } from "../../lib/backend/kernel-codes";
import type { Random } from "../../lib/base/random";
import type { ReferenceArray, ReferenceCase } from "../../lib/verify/reference-case";
import type { ShortBinarizer } from "../../lib/vit/parse-binarize";

/** Numbers that float32 holds exactly, so that both precisions see the same signs. */
export function numbers(random: Random, shape: readonly number[], spread = 1): ReferenceArray {
  const count = shape.reduce((a, b) => a * b, 1);
  return { shape, data: Array.from({ length: count }, () => Math.fround(spread * random.normal())) };
}

const slope: Record<SteForm, (x: number) => number> = {
  identity: () => 1,
  clip: (x) => (Math.abs(x) <= 1 ? 1 : 0),
  approx: (x) => (Math.abs(x) <= 1 ? 2 - 2 * Math.abs(x) : 0),
  swish: (x) => (5 * (2 - 5 * x * Math.tanh(2.5 * x))) / (1 + Math.cosh(5 * x)),
};

/** The short form of a binarizer with every field, and slopes that the kernels know. */
export type FlatBinarizer = Required<Omit<ShortBinarizer, "weightSte" | "activationSte">> &
  Readonly<Record<"weightSte" | "activationSte", SteForm>>;

const bit = (x: number): number => (x < 0 ? -1 : 1);

/**
 * A `binary_linear` case, forward and backward written out in float64 from the definitions in golden/README.md.
 *
 * @param how - the options
 * @param inputs - x [rows…, I], weight [I, O], bias [O] and, where learned, scale [1, O] or [1, 1]
 * @param upstream - dL/dy
 */
export function binaryLinearCase(
  how: FlatBinarizer,
  inputs: Readonly<Record<"x" | "weight" | "bias", ReferenceArray>> & { readonly scale?: ReferenceArray },
  upstream: ReferenceArray,
): ReferenceCase {
  const { x, weight, bias, scale } = inputs;
  const [I, O] = weight.shape;
  const R = x.data.length / I;
  const each = (rows: number, columns: number, value: (r: number, c: number) => number) =>
    Array.from({ length: rows * columns }, (_, i) => value(Math.floor(i / columns), i % columns));
  const sum = (count: number, term: (i: number) => number) => {
    let total = 0;
    for (let i = 0; i < count; i++) total += term(i);
    return total;
  };
  const mean = Array.from({ length: O }, (_, o) => (how.center ? sum(I, (i) => weight.data[i * O + o]) / I : 0));
  const v = each(I, O, (i, o) => weight.data[i * O + o] - mean[o]);
  const channel = Array.from({ length: O }, (_, o) => sum(I, (i) => Math.abs(v[i * O + o])) / I);
  const tensor = sum(I * O, (i) => Math.abs(v[i])) / (I * O);
  const alpha = Array.from({ length: O }, (_, o) => {
    if (how.scale === "none") return 1;
    if (how.scale === "tensor") return tensor;
    return how.scale === "channel" ? channel[o] : scale!.data[how.scale === "learned" ? o : 0];
  });
  const a = how.activation === "sign" ? x.data.map(bit) : x.data;
  const token = Array.from({ length: R }, (_, r) =>
    how.activationScale === "token" ? sum(I, (i) => Math.abs(x.data[r * I + i])) / I : 1,
  );
  const G = each(R, O, (r, o) => upstream.data[r * O + o] * token[r]);
  const product = each(R, O, (r, o) => sum(I, (i) => a[r * I + i] * alpha[o] * bit(v[i * O + o])));
  const dBinary = each(I, O, (i, o) => sum(R, (r) => a[r * I + i] * G[r * O + o]));
  const dAlpha = Array.from({ length: O }, (_, o) => sum(I, (i) => dBinary[i * O + o] * bit(v[i * O + o])));
  const dAlphaTotal = sum(O, (o) => dAlpha[o]);
  const throughScale = (at: number, o: number) => {
    if (how.scaleGradient === "detached") return 0;
    if (how.scale === "channel") return (dAlpha[o] * Math.sign(v[at])) / I;
    return how.scale === "tensor" ? (dAlphaTotal * Math.sign(v[at])) / (I * O) : 0;
  };
  const dV = dBinary.map((g, at) => g * alpha[at % O] * slope[how.weightSte](v[at]) + throughScale(at, at % O));
  const dMean = Array.from({ length: O }, (_, o) => (how.center ? sum(I, (i) => dV[i * O + o]) / I : 0));
  const dA = each(R, I, (r, i) => sum(O, (o) => G[r * O + o] * alpha[o] * bit(v[i * O + o])));
  const dX = how.activation === "sign" ? dA.map((g, at) => g * slope[how.activationSte](x.data[at])) : dA;
  const expect: Record<string, ReferenceArray> = {
    y: { shape: upstream.shape, data: product.map((p, at) => p * token[Math.floor(at / O)] + bias.data[at % O]) },
    grad_x: { shape: x.shape, data: dX },
    grad_weight: { shape: weight.shape, data: dV.map((g, at) => g - dMean[at % O]) },
    grad_bias: {
      shape: bias.shape,
      data: Array.from({ length: O }, (_, o) => sum(R, (r) => upstream.data[r * O + o])),
    },
  };
  if (scale) expect.grad_scale = { shape: scale.shape, data: how.scale === "learned" ? dAlpha : [dAlphaTotal] };
  const options = how as unknown as Record<string, unknown>;
  return {
    name: "binary_linear",
    op: "binary_linear",
    options,
    inputs: { ...inputs },
    upstream,
    expect,
    tolerance: 2e-5,
  };
}

/**
 * A case whose gradients come from central differences of a float64 function.
 *
 * @param op - the operation
 * @param options - its options
 * @param inputs - arrays by name; those in `fixed` are not differentiated
 * @param forward - the operation in float64
 * @param upstream - shape and values of dL/dy; null for a loss
 */
export function differenceCase(
  op: string,
  options: Readonly<Record<string, unknown>>,
  inputs: Readonly<Record<string, ReferenceArray>>,
  forward: (inputs: Record<string, number[]>) => number[],
  upstream: ReferenceArray | null,
  fixed: readonly string[] = [],
): ReferenceCase {
  const values = Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, [...data]]));
  const loss = () => forward(values).reduce((sum, y, i) => sum + y * (upstream ? upstream.data[i] : 1), 0);
  const y = { shape: upstream?.shape ?? [], data: forward(values) };
  const expect: Record<string, ReferenceArray> = upstream ? { y } : { loss: y };
  const step = 1e-5;
  for (const [name, { shape }] of Object.entries(inputs)) {
    if (fixed.includes(name)) continue;
    const data = values[name].map((value, i) => {
      values[name][i] = value + step;
      const above = loss();
      values[name][i] = value - step;
      const below = loss();
      values[name][i] = value;
      return (above - below) / (2 * step);
    });
    expect[`grad_${name}`] = { shape, data };
  }
  return { name: op, op, options, inputs, upstream, expect, tolerance: 2e-5 };
}
