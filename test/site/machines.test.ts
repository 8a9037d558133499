import { expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import { slopes } from "../../lib/binarize/slopes/index";
import { softmax } from "../../site/browser/answer";
import { attend, evenness, scoresOfSigns, signs } from "../../site/browser/machines/attention";
import { bitProduct } from "../../site/browser/machines/bits";
import { bestScale, squaredError } from "../../site/browser/machines/scale";
import { pretended, type SlopeName, slopeAt } from "../../site/browser/machines/slopes";

test("XOR and popcount give the sum of products of signs, for every pair of words of five bits", () => {
  const word = (n: number) => Array.from({ length: 5 }, (_, i) => ((n >> i) & 1) === 1);
  for (let a = 0; a < 32; a++) {
    for (let b = 0; b < 32; b++) {
      const [x, w] = [word(a), word(b)].map((bits) => bits.map((bit) => (bit ? -1 : 1)));
      const sum = x.reduce((all, value, i) => all + value * w[i], 0);
      expect(bitProduct(word(a), word(b)).sum).toBe(sum);
    }
  }
});

test("the parabola is lowest at the mean size, by three points of it", () => {
  const weights = [0.4, -1.3, 0.05, 2];
  const best = bestScale(weights);
  expect(best).toBeCloseTo(0.9375, 12);
  const [below, at, above] = [best - 0.1, best, best + 0.1].map((alpha) => squaredError(weights, alpha));
  expect(below).toBeCloseTo(above, 12);
  expect(below - at).toBeCloseTo(weights.length * 0.01, 12);
});

test("the page's slopes are the kit's, and the derivative of what they pretend", () => {
  expect(Object.keys(pretended).sort()).toEqual(Object.keys(slopes).sort());
  for (const name of Object.keys(slopes) as SlopeName[]) {
    for (const progress of [0, 0.4, 1]) {
      for (let x = -1.95; x < 2; x += 0.1) {
        expect(pretended[name](x, progress), `${name} at ${x}`).toBeCloseTo(slopes[name].pretends!(x, progress), 10);
        const numeric = (pretended[name](x + 1e-6, progress) - pretended[name](x - 1e-6, progress)) / 2e-6;
        expect(slopeAt[name](x, progress), `${name} at ${x}`).toBeCloseTo(numeric, 4);
      }
    }
  }
});

test("scores of signs have the size that drawn ones have, and saturate a softmax unless they are scaled", () => {
  const random = new Random(1);
  const [inputs, d, alpha] = [64, 16, 0.3];
  const sumOfSigns = () =>
    Array.from({ length: inputs }, () => (random.uniform() < 0.5 ? -1 : 1)).reduce((a, b) => a + b, 0);
  const drawn = Array.from({ length: 400 }, () => {
    const products = Array.from({ length: d }, () => alpha * sumOfSigns() * alpha * sumOfSigns());
    return products.reduce((a, b) => a + b) / Math.sqrt(d);
  });
  const size = Math.sqrt(drawn.reduce((sum, score) => sum + score ** 2, 0) / drawn.length);
  const [expected] = scoresOfSigns([1], inputs, alpha);
  expect(size / expected).toBeGreaterThan(0.85);
  expect(size / expected).toBeLessThan(1.15);
  const [full, scaled] = [1, 0.1].map((scale) => evenness(softmax(scoresOfSigns([-0.9, 0.4, 1.1, 0.7], 64, scale))));
  expect(full).toBeLessThan(0.01);
  expect(scaled).toBeGreaterThan(0.9);
  expect(evenness([0.25, 0.25, 0.25, 0.25])).toBeCloseTo(1, 12);
  expect(evenness([1, 0, 0])).toBe(0);
});

test("a head's answer is the mean of its values by softmax(q·k/√d); in bits keys of a quadrant are one", () => {
  const keys = [
    [1, 0.2],
    [0.3, 2],
    [-1, 1],
  ];
  const { scores, probabilities, output } = attend([2, 0], keys, [10, 20, 30]);
  expect(scores.map((score) => score * Math.SQRT2)).toEqual([2, 0.6, -2].map((score) => expect.closeTo(score, 12)));
  expect(probabilities).toEqual(softmax(scores));
  expect(output).toBeCloseTo(10 * probabilities[0] + 20 * probabilities[1] + 30 * probabilities[2], 12);
  const inBits = attend(signs([2, 0]), keys.map(signs), [10, 20, 30]);
  expect(inBits.probabilities[0]).toBe(inBits.probabilities[1]);
});

test("a direction has the same bits whichever way round it was turned to", () => {
  const bits = (angle: number) => signs([Math.cos(angle), Math.sin(angle)]);
  expect(bits(-Math.PI)).toEqual(bits(Math.PI));
  expect(bits(-0.01)).toEqual([1, -1]);
});
