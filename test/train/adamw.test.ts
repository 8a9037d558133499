import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { TrainingError } from "../../lib/base/errors";
import { Random } from "../../lib/base/random";
import { type AdamWOptions, adamWDefaults, adamWStep, clipFactor } from "../../lib/train/adamw";
import { Optimizer } from "../../lib/train/optimizer";
import { learningRateAt } from "../../lib/train/schedule";
import { snapshot } from "../../lib/train/state";
import { normals, worstError } from "../kernels/arena";

const golden = JSON.parse(readFileSync(join(__dirname, "..", "golden", "adamw.json"), "utf8"));

const fresh = (weight: readonly number[]) => ({
  weight: Float32Array.from(weight),
  first: new Float32Array(weight.length),
  second: new Float32Array(weight.length),
});

describe("AdamW", () => {
  test("refuses a gradient of another length, and steps that are not counted from 1", () => {
    const options = { ...adamWDefaults, learningRate: 0.1, weightDecay: 0 };
    for (const [gradient, step] of [
      [[1], 1],
      [[1, 2, 3], 1],
      [[1, 2], 0],
    ] as const) {
      const state = fresh([1, 2]);
      expect(() => adamWStep(state, Float32Array.from(gradient), step, options)).toThrow(TrainingError);
      expect([...state.weight]).toEqual([1, 2]);
    }
  });

  test("gives the reference weights after 5 steps, error < 1e-6", () => {
    const { weight, gradients } = golden.inputs;
    const state = fresh(weight.data);
    for (let step = 1; step <= 5; step++) {
      const row = gradients.data.slice(6 * (step - 1), 6 * step);
      adamWStep(state, Float32Array.from(row), step, golden.options as AdamWOptions);
    }
    state.weight.forEach((value, i) => {
      expect(Math.abs(value - golden.expect.weight.data[i])).toBeLessThan(1e-6);
    });
  });

  test("moves by the learning rate in its first step, whatever the gradient's size", () => {
    const state = fresh([1, 1, 1]);
    const options = { ...adamWDefaults, learningRate: 0.1, weightDecay: 0 };
    adamWStep(state, Float32Array.of(1e-3, -5, 0), 1, options);
    for (const [i, expected] of [0.9, 1.1, 1].entries()) expect(state.weight[i]).toBeCloseTo(expected, 4);
  });

  test("shrinks weights without a gradient by learning rate times decay", () => {
    const state = fresh([2]);
    adamWStep(state, Float32Array.of(0), 1, { ...adamWDefaults, learningRate: 0.1, weightDecay: 0.5 });
    expect(state.weight[0]).toBeCloseTo(2 * (1 - 0.05), 6);
  });

  test("with a gradient scale is AdamW on the scaled gradient", () => {
    const [a, b] = [fresh([1, 2]), fresh([1, 2])];
    const options = { ...adamWDefaults, learningRate: 0.1, weightDecay: 0.1 };
    adamWStep(a, Float32Array.of(3, -4), 1, options, 0.5);
    adamWStep(b, Float32Array.of(1.5, -2), 1, options);
    expect(a).toEqual(b);
  });
});

describe("the optimizer", () => {
  test("keeps its kernel within 1e-6 of AdamW in float64 over 20 steps, and decays what it is told to", () => {
    const random = new Random(3);
    const sizes = { "head.weight": 33, "head.bias": 5, "patch.kernel": 64, "norm.gamma": 1 };
    const arrays = Object.entries(sizes).map(([name, n]) => [name, normals(random, n)] as const);
    const weights = Object.fromEntries(arrays.map(([name, data]) => [name, { shape: [data.length], data }]));
    const optimizer = new Optimizer({ weights });
    const states = arrays.map(([, data]) => fresh([...data]));
    for (let step = 1; step <= 20; step++) {
      const gradients = arrays.map(([name, { length }]) => [name, normals(random, length)] as const);
      const squares = gradients.reduce((sum, [, g]) => sum + g.reduce((a, b) => a + b * b, 0), 0);
      expect(optimizer.gradientNorm(Object.fromEntries(gradients))).toBeCloseTo(Math.sqrt(squares), 9);
      const options = { ...adamWDefaults, learningRate: 0.01 };
      const decayOf = (name: string) => (/weight$|kernel$/.test(name) ? 0.1 : 0);
      optimizer.step(step, options, 0.5, decayOf);
      for (const [i, [name, g]] of gradients.entries()) {
        adamWStep(states[i], g, step, { ...options, weightDecay: decayOf(name) }, 0.5);
      }
    }
    for (const [i, [name]] of arrays.entries()) {
      expect(worstError(optimizer.states[name].weight, states[i].weight)).toBeLessThan(1e-6);
    }
  });

  test("goes on from a saved state, whose arrays it leaves alone", () => {
    const weights = { "a.weight": { shape: [2], data: Float32Array.of(1, 2) } };
    const gradients = { "a.weight": Float32Array.of(1, -1) };
    const options = { ...adamWDefaults, learningRate: 0.1 };
    const none = () => 0;
    const whole = new Optimizer({ weights });
    whole.gradientNorm(gradients);
    whole.step(1, options, 1, none);
    const saved = snapshot(whole.states, [], 0, 0.5);
    whole.step(2, options, 1, none);
    const continued = new Optimizer(saved);
    continued.gradientNorm(gradients);
    continued.step(2, options, 1, none);
    expect(continued.states["a.weight"].weight).toEqual(whole.states["a.weight"].weight);
    expect(saved.weights["a.weight"].data).not.toEqual(continued.states["a.weight"].weight);
    expect(weights["a.weight"].data).toEqual(Float32Array.of(1, 2));
  });
});

test("cuts named weights to a range, and no others", () => {
  const array = () => ({ shape: [3], data: Float32Array.of(-2, 0.5, 3) });
  const optimizer = new Optimizer({ weights: { latent: array(), other: array() } });
  optimizer.clip(["latent"], 1);
  expect([...optimizer.states.latent.weight]).toEqual([-1, 0.5, 1]);
  expect([...optimizer.states.other.weight]).toEqual([-2, 0.5, 3]);
});

describe("clipping", () => {
  test("brings the norm down to the limit, and leaves smaller ones", () => {
    expect(clipFactor(5, 1)).toBeCloseTo(1 / 5, 12);
    expect(clipFactor(5, 5)).toBe(1);
    expect(clipFactor(5, 100)).toBe(1);
    expect(clipFactor(0, 1)).toBe(1);
  });

  test("of a norm that is not finite is no positive number", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) expect(clipFactor(value, 1) > 0).toBe(false);
  });
});

describe("the learning rate", () => {
  test("rises to its peak in a line, falls along a cosine, and ends near 0", () => {
    const rate = (step: number) => learningRateAt(step, 100, 10, 2);
    expect([rate(0), rate(4), rate(9), rate(10)]).toEqual([0.2, 1, 2, 2]);
    expect(rate(55)).toBeCloseTo(1, 12);
    expect(rate(99)).toBeCloseTo(1 + Math.cos((Math.PI * 89) / 90), 12);
    expect(rate(99)).toBeLessThan(0.001);
    for (let step = 11; step < 100; step++) expect(rate(step)).toBeLessThan(rate(step - 1));
  });

  test("without a warm-up starts at its peak", () => {
    expect(learningRateAt(0, 10, 0, 3)).toBe(3);
  });

  test("never exceeds its peak, whatever the warm-up", () => {
    for (const warmup of [0, 0.5, 1, 2.5, 7.3, 10, 40]) {
      for (let step = 0; step < 10; step++) {
        const rate = learningRateAt(step, 10, warmup, 1);
        expect(rate, `${warmup}, ${step}`).toBeGreaterThanOrEqual(0);
        expect(rate, `${warmup}, ${step}`).toBeLessThanOrEqual(1);
      }
    }
  });
});
