import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { kernels } from "../../lib/backend/kernels";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import { Random } from "../../lib/base/random";
import type { LayerBinarizer } from "../../lib/binarize/binarizer";
import { binaryLinear } from "../../lib/binarize/linear";
import { use } from "../../lib/binarize/method";
import { inputQuantizer, weightQuantizer } from "../../lib/binarize/quantizer";
import { addMethod, binarizers } from "../../lib/binarize/registry";
import type { Slope } from "../../lib/binarize/slope";
import { parseBinarizer } from "../../lib/vit/parse-binarize";
import { backends } from "../verify/backends";

const [R, I, O] = [7, 67, 5];

/** One that the kernels do not know, and that depends on where training is. */
const bell: Slope = { revision: 1, at: (x, progress) => tf.exp(tf.mul(tf.square(x), -1 - progress)) };
const bellAt = (x: number, progress: number) => Math.exp(-(1 + progress) * x * x);

const ownWeight = weightQuantizer({
  name: "bell",
  revision: 1,
  settings: {},
  quantize: (latent) => ({ latent, slope: bell, factor: tf.fill([1, 1], 0.5) }),
  factors: () => "one",
});
const ownInput = inputQuantizer({
  name: "bell",
  revision: 1,
  settings: {},
  parameters: ({ inputs }) => ({ threshold: { shape: [inputs], start: 0 } }),
  rule: (_, { threshold }) => ({ threshold, slope: bell, factor: "token" }),
  left: ({ inputs }) => ({ thresholds: inputs, factor: "token", levels: "signs" }),
});

const random = new Random(4);
const numbers = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const [x, w, tau, bias, upstream] = [R * I, I * O, I, O, R * O].map(numbers);
const bit = (value: number) => (value < 0 ? -1 : 1);
const sum = (count: number, term: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => term(i)).reduce((a, b) => a + b, 0);

beforeAll(() => {
  addMethod("bell", { title: "bell", reference: "", weight: use(ownWeight), input: use(ownInput) });
});
afterEach(() => vi.restoreAllMocks());

const layer = (how: LayerBinarizer, progress: number) => (input: tf.Tensor, weight: tf.Tensor, threshold: tf.Tensor) =>
  binaryLinear(
    input,
    { weight, bias: tf.tensor1d(bias), ...(how.input === "off" ? {} : { "input.threshold": threshold }) },
    how,
    { progress },
  );
const tensors = () => [tf.tensor2d(x, [R, I]), tf.tensor2d(w, [I, O]), tf.tensor1d(tau)] as const;
const all = (how: LayerBinarizer, progress: number) => {
  const compute = layer(how, progress);
  const [input, weight, threshold] = tensors();
  const gradients = tf.grads((a, b) => compute(a, b, threshold))([input, weight], tf.tensor2d(upstream, [R, O]));
  return [compute(input, weight, threshold), ...gradients].map((tensor) => readFloats(tensor));
};

/** y, dx and dW in float64, with α and slopes given; β the mean of abs(x), a constant. */
function expected(
  alpha: (o: number) => number,
  slopeX: (v: number) => number,
  slopeW: (v: number) => number,
  [shift, token]: [boolean, boolean],
) {
  const shifted = Array.from(x, (value, at) => (shift ? Math.fround(value - tau[at % I]) : value));
  const beta = (r: number) => (token ? sum(I, (i) => Math.abs(x[r * I + i])) / I : 1);
  const y = Array.from({ length: R * O }, (_, at) => {
    const [r, o] = [Math.floor(at / O), at % O];
    return sum(I, (i) => bit(shifted[r * I + i]) * bit(w[i * O + o])) * alpha(o) * beta(r) + bias[o];
  });
  const dx = shifted.map((value, at) => {
    const [r, i] = [Math.floor(at / I), at % I];
    return sum(O, (o) => upstream[r * O + o] * alpha(o) * bit(w[i * O + o])) * beta(r) * slopeX(value);
  });
  const dw = Array.from(w, (value, at) => {
    const [i, o] = [Math.floor(at / O), at % O];
    return sum(R, (r) => bit(shifted[r * I + i]) * upstream[r * O + o] * beta(r)) * alpha(o) * slopeW(value);
  });
  return [y, dx, dw];
}

function close(got: readonly ArrayLike<number>[], wanted: readonly number[][]): void {
  for (const [k, values] of wanted.entries()) {
    const worst = Math.max(...values.map((value, i) => Math.abs(value - got[k][i]) / (1 + Math.abs(value))));
    expect(worst, ["y", "dx", "dW"][k]).toBeLessThan(2e-5);
  }
}

const meanSize = (o: number) => sum(I, (i) => Math.abs(w[i * O + o])) / I;
const clip = (value: number) => (Math.abs(value) <= 1 ? 1 : 0);

describe("a slope that the kernels do not know leaves the products on bits", () => {
  beforeAll(async () => {
    await useBackend("wasm", { kernels: true });
  });
  const watch = () =>
    (["signLinear", "signLinearInputGrad", "signLinearWeightGrad", "floatBySigns", "gemm"] as const).map((name) =>
      vi.spyOn(kernels, name),
    );

  test("of the input alone, where the weights are binarized by the fused kernel", () => {
    const how = parseBinarizer({ scaleGradient: "detached", activationSte: "ede" });
    const spies = watch();
    const fused = vi.spyOn(kernels, "binarizeWeight");
    const got = all(how, 0.5);
    expect(spies.map(({ mock }) => mock.calls.length)).toEqual([2, 1, 1, 0, 0]);
    expect(fused).toHaveBeenCalled();
    close(
      got,
      expected(meanSize, (v) => 1 / Math.cosh(v) ** 2, clip, [false, false]),
    ); // at half the way t = k = 1
  });

  test("of input and weight, with a threshold and a factor of each row", () => {
    const spies = watch();
    const got = all(binarizers["bell" as "channel"], 0.25);
    expect(spies.map(({ mock }) => mock.calls.length)).toEqual([2, 1, 1, 0, 0]);
    const slope = (v: number) => bellAt(v, 0.25);
    close(
      got,
      expected(() => 0.5, slope, slope, [true, true]),
    );
  });

  test("of the input, with a gain", () => {
    const spies = watch();
    const compute = (input: tf.Tensor, weight: tf.Tensor) =>
      binaryLinear(
        input,
        { weight, bias: tf.tensor1d(bias), "input.step": tf.tensor1d([0.5]), alpha: tf.ones([1]) },
        binarizers.lsq,
      );
    const [input, weight] = tensors();
    tf.grads(compute)([input, weight], tf.tensor2d(upstream, [R, O])).map(readFloats);
    expect(spies.map(({ mock }) => mock.calls.length)).toEqual([1, 1, 1, 0, 0]);
  });
});

describe.each(backends)("on $name", ({ use: useIt }) => {
  beforeAll(async () => {
    await useIt();
  });

  test("the layer and its gradients are those of the equations", () => {
    for (const progress of [0, 0.25, 1]) {
      const slope = (v: number) => bellAt(v, progress);
      close(
        all(binarizers["bell" as "channel"], progress),
        expected(() => 0.5, slope, slope, [true, true]),
      );
    }
    const unshifted: LayerBinarizer = { ...parseBinarizer({ activationScale: "token", scaleGradient: "detached" }) };
    close(all(unshifted, 1), expected(meanSize, clip, clip, [false, true]));
  });
});
