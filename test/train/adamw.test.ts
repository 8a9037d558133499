import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type AdamWOptions, adamWDefaults, adamWStep, clipFactor } from "../../lib/train/adamw";
import { learningRateAt } from "../../lib/train/schedule";

const golden = JSON.parse(readFileSync(join(__dirname, "..", "golden", "adamw.json"), "utf8"));

const fresh = (weight: readonly number[]) => ({
  weight: Float32Array.from(weight),
  first: new Float32Array(weight.length),
  second: new Float32Array(weight.length),
});

describe("AdamW", () => {
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

describe("clipping", () => {
  test("brings the norm over all parameters down to the limit, and leaves smaller ones", () => {
    const gradients = [Float32Array.of(3), Float32Array.of(0, 4)];
    expect(clipFactor(gradients, 1)).toBeCloseTo(1 / 5, 12);
    expect(clipFactor(gradients, 5)).toBe(1);
    expect(clipFactor(gradients, 100)).toBe(1);
    expect(clipFactor([new Float32Array(3)], 1)).toBe(1);
  });

  test("of a gradient that is not finite is no positive number", () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(clipFactor([Float32Array.of(1, value)], 1) > 0).toBe(false);
    }
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
