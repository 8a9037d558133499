import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { hasKernels, kernels } from "../../lib/backend/kernels";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import type { WasmBackend } from "../../lib/backend/wasm-backend";
import { TrainingError } from "../../lib/base/errors";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference";
import { normals, worstError } from "../kernels/arena";

const tensor = (shape: number[], ...seed: number[]): tf.Tensor =>
  tf.tensor(normals(new Random(...shape, ...seed), tf.util.sizeFromShape(shape)), shape);

const memoryBytes = () => (tf.backend() as unknown as WasmBackend).wasm.asm.memory.buffer.byteLength;

let held = 0;
beforeAll(async () => {
  await useBackend("wasm");
  held = tf.memory().numTensors;
});
afterEach(() => {
  tf.disposeVariables();
  expect(tf.memory().numTensors).toBe(held);
});

/** A test whose tensors are all disposed of, so that only what a kernel left behind is counted. */
const tidyTest = (name: string, run: () => void) =>
  test(name, () => {
    const ids = tf.engine().backend.numDataIds();
    tf.tidy(run);
    expect(tf.engine().backend.numDataIds()).toBe(ids);
  });

describe("products", () => {
  tidyTest("all forms equal tfjs's, shapes with leading axes too", () => {
    const [a, at] = [tensor([2, 3, 5, 7]), tensor([2, 3, 7, 5])];
    const [b, bt] = [tensor([2, 3, 7, 9]), tensor([2, 3, 9, 7])];
    const cases: [tf.Tensor, tf.Tensor, boolean, boolean][] = [
      [a, b, false, false],
      [at, b, true, false],
      [a, bt, false, true],
      [at, bt, true, true],
    ];
    for (const [left, right, transposeA, transposeB] of cases) {
      const got = kernels.gemm(left, right, { transposeA, transposeB });
      expect(got.shape).toEqual([2, 3, 5, 9]);
      const stock = tf.matMul(left, right, transposeA, transposeB);
      expect(worstError(readFloats(got), readFloats(stock))).toBeLessThan(1e-5);
    }
  });

  tidyTest("a bias row", () => {
    const [a, b, bias] = [tensor([6, 4]), tensor([4, 10]), tensor([10])];
    const stock = tf.add(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D), bias);
    expect(worstError(readFloats(kernels.gemm(a, b, { bias })), readFloats(stock))).toBeLessThan(1e-5);
  });

  tidyTest("shapes that do not fit are refused before anything is written", () => {
    expect(() => kernels.gemm(tensor([3, 4]), tensor([5, 6]))).toThrow(TrainingError);
    expect(() => kernels.gemm(tensor([3, 4]), tensor([4, 6]), { bias: tensor([3]) })).toThrow(/bias/);
    expect(() => kernels.gemm(tensor([2, 3, 4]), tensor([4, 6]))).toThrow(TrainingError);
    expect(() => kernels.gemm(tf.ones([3, 4], "int32"), tensor([4, 6]))).toThrow(/float32/);
  });
});

describe("rows and elements", () => {
  tidyTest("layer norm returns mean and inverse for its gradient", () => {
    const [x, dy, gamma, beta] = [tensor([2, 5, 33]), tensor([2, 5, 33], 1), tensor([33]), tensor([33], 1)];
    const [y, mean, inverse] = kernels.layerNorm(x, gamma, beta, 1e-5);
    const [dx, dgamma, dbeta] = kernels.layerNormGrad(dy, x, gamma, mean, inverse);
    const forward = reference.layerNorm(readFloats(x), readFloats(gamma), readFloats(beta), 1e-5);
    const means = [readFloats(mean), readFloats(inverse)] as const;
    const backward = reference.layerNormGrad(readFloats(dy), readFloats(x), readFloats(gamma), ...means);
    expect(y.shape).toEqual([2, 5, 33]);
    expect(worstError(readFloats(y), forward.y)).toBeLessThan(1e-5);
    expect(worstError(readFloats(dx), backward.dx)).toBeLessThan(1e-4);
    expect(worstError(readFloats(dgamma), backward.dgamma)).toBeLessThan(1e-4);
    expect(worstError(readFloats(dbeta), backward.dbeta)).toBeLessThan(1e-5);
  });

  tidyTest("add repeats over leading axes, and only over them", () => {
    const x = tensor([4, 3, 5]);
    for (const shape of [[4, 3, 5], [5], [1, 3, 5], [3, 5], [1]]) {
      const b = tensor(shape, 2);
      expect(readFloats(kernels.add(x, b))).toEqual(readFloats(tf.add(x, b)));
    }
    for (const shape of [[4, 1, 1], [3], [4, 3, 1], [15]]) {
      expect(() => kernels.add(x, tensor(shape)), `${shape}`).toThrow(TrainingError);
    }
  });

  tidyTest("sums of columns, gelu, sign", () => {
    const [x, dy] = [tensor([4, 3, 5]), tensor([4, 3, 5], 1)];
    const [values, upstream] = [readFloats(x), readFloats(dy)];
    expect(worstError(readFloats(kernels.sumRows(x)), reference.sumRows(values, 5))).toBeLessThan(1e-5);
    expect(worstError(readFloats(kernels.gelu(x)), reference.gelu(values))).toBeLessThan(2e-6);
    expect(worstError(readFloats(kernels.geluGrad(dy, x)), reference.geluGrad(upstream, values))).toBeLessThan(5e-6);
    expect([...readFloats(kernels.sign(x))]).toEqual([...reference.sign(values)]);
    for (const form of ["identity", "clip", "approx", "swish"] as const) {
      const expected = reference.signGrad(upstream, values, form);
      expect(worstError(readFloats(kernels.signGrad(dy, x, form)), expected)).toBeLessThan(5e-6);
    }
    expect(() => kernels.geluGrad(tensor([4]), x)).toThrow(TrainingError);
  });
});

describe("attention and weights", () => {
  tidyTest("attention and its gradient", () => {
    const [qkv, dout] = [tensor([2, 5, 24]), tensor([2, 5, 8])];
    const [out, probs] = kernels.attention(qkv, 2);
    const dqkv = kernels.attentionGrad(dout, qkv, probs, 2);
    const shape = [2, 5, 8, 2] as const;
    const forward = reference.attention(readFloats(qkv), shape);
    expect([out.shape, probs.shape]).toEqual([
      [2, 5, 8],
      [2, 2, 5, 5],
    ]);
    expect(worstError(readFloats(out), forward.out)).toBeLessThan(1e-5);
    const expected = reference.attentionGrad(readFloats(dout), readFloats(qkv), forward.probs, shape);
    expect(worstError(readFloats(dqkv), expected)).toBeLessThan(1e-5);
    expect(() => kernels.attention(qkv, 5)).toThrow(/heads/);
    expect(() => kernels.attention(qkv, 2, 6)).toThrow(/6 queries of 5 tokens/);
  });

  for (const scale of ["none", "tensor", "channel", "learned", "learned-tensor"] as const) {
    tidyTest(`binarized weights, scale ${scale}`, () => {
      const [w, dy] = [tensor([6, 5]), tensor([6, 5], 1)];
      const learned = { learned: tensor([1, 5], 2), "learned-tensor": tensor([1, 1], 2) };
      const given = scale === "learned" || scale === "learned-tensor" ? learned[scale] : undefined;
      const options = { scale, center: true, ste: "approx", scaleGradient: "product" } as const;
      const [signs, alpha] = kernels.binarizeWeight(w, options, given);
      const [dw, dalpha] = kernels.binarizeWeightGrad(dy, w, alpha, options);
      const form = { ...options, outputs: 5 };
      const forward = reference.binarizeWeight(readFloats(w), form, given && readFloats(given));
      const backward = reference.binarizeWeightGrad(readFloats(dy), readFloats(w), forward.alpha, form);
      expect(worstError(readFloats(signs), forward.signs)).toBeLessThan(1e-5);
      expect(worstError(readFloats(dw), backward.dw)).toBeLessThan(1e-5);
      expect(worstError(readFloats(dalpha), backward.dalpha)).toBeLessThan(1e-5);
      if (given) expect(() => kernels.binarizeWeight(w, options)).toThrow(/learned/);
    });
  }
});

tidyTest("shifted tokens: what does not fit is refused before anything is written", () => {
  const [x, row] = [tensor([2, 10, 4]), tensor([3, 4])];
  const grid = { rows: 3, columns: 3, distance: 2 };
  expect(kernels.tokenShift(x, row, row, grid).shape).toEqual([2, 10, 4]);
  expect(kernels.tokenShiftScaleGrad(x, x, grid).shape).toEqual([3, 4]);
  for (const wrong of [{ distance: 3 }, { distance: -3 }, { distance: 0.5 }, { rows: 4 }, { rows: -1, columns: -1 }]) {
    expect(() => kernels.tokenShift(x, row, row, { ...grid, ...wrong })).toThrow(TrainingError);
    expect(() => kernels.tokenShiftScaleGrad(x, x, { ...grid, ...wrong })).toThrow(TrainingError);
  }
  expect(() => kernels.tokenShift(tensor([20, 4]), row, row, grid)).toThrow(TrainingError);
  for (const [scale, offset] of [
    [tensor([4]), row],
    [row, tensor([2, 4])],
  ]) {
    expect(() => kernels.tokenShift(x, scale, offset, grid)).toThrow(TrainingError);
  }
  expect(() => kernels.tokenShiftScaleGrad(tensor([2, 10, 3]), x, grid)).toThrow(TrainingError);
});

tidyTest("kernels go on after the memory has grown", () => {
  const [a, b] = [tensor([33, 65]), tensor([65, 31])];
  const before = readFloats(kernels.gemm(a, b));
  const bytes = memoryBytes();
  while (memoryBytes() === bytes) tf.zeros([1 << 22]);
  expect(readFloats(kernels.gemm(a, b))).toEqual(before);
  // And where the kernel's own result makes it grow.
  const grown = memoryBytes();
  const tall = tensor([1 << 20, 1]);
  while (memoryBytes() === grown) kernels.gemm(tall, tensor([1, 8]));
  const last = kernels.gemm(tall, tensor([1, 8]));
  expect(
    worstError(
      readFloats(last).subarray(-8),
      readFloats(tf.matMul(tall.slice([(1 << 20) - 1, 0]) as tf.Tensor2D, tensor([1, 8]) as tf.Tensor2D)),
    ),
  ).toBeLessThan(1e-6);
});

tidyTest("they work inside tf.customGrad and give a gradient", () => {
  const square = tf.customGrad((x) => ({
    value: kernels.gelu(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => kernels.geluGrad(dy, x as tf.Tensor),
  })) as (x: tf.Tensor) => tf.Tensor;
  const x = tensor([7]);
  const expected = reference.geluGrad(new Float32Array(7).fill(1), readFloats(x));
  expect(worstError(readFloats(tf.grad((v) => tf.sum(square(v)))(x)), expected)).toBeLessThan(5e-6);
});

test("the registered backend says so", () => expect(hasKernels()).toBe(true));
