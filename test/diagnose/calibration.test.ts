import { expect, test } from "vitest";
import { ConfigError } from "../../lib/base/errors";
import { calibration } from "../../lib/diagnose/calibration";

/** Logits of two classes whose larger probability, of class 0, is p. */
const surelyFirst = (p: number): [number, number] => [Math.log(p), Math.log(1 - p)];

/** `count` images of one confidence, of which `right` are of class 0. */
const images = (p: number, count: number, right: number) =>
  Array.from({ length: count }, (_, i) => ({ logits: surelyFirst(p), label: i < right ? 0 : 1 }));

const ofAll = (all: ReturnType<typeof images>, bins?: number) =>
  calibration(
    Float32Array.from(all.flatMap(({ logits }) => logits)),
    all.map(({ label }) => label),
    bins,
  );

test("images that are right as often as the model is sure have no error", () => {
  const { error, confidence, accuracy, bins } = ofAll([
    ...images(0.6, 10, 6),
    ...images(0.75, 20, 15),
    ...images(0.9, 10, 9),
  ]);
  expect(error).toBeCloseTo(0, 6);
  expect(confidence).toBeCloseTo(0.75, 6);
  expect(accuracy).toBe(0.75);
  expect(bins).toHaveLength(15);
  expect(bins.map(({ count }) => count).filter((count) => count > 0)).toEqual([10, 20, 10]);
  expect(bins[11]).toMatchObject({ from: 11 / 15, to: 12 / 15, count: 20, accuracy: 0.75 });
});

test("the error is the mean distance of accuracy and confidence, weighted by images, whichever way it goes", () => {
  const tooSure = images(0.95, 30, 21); // 0.7 right
  const notSureEnough = images(0.55, 10, 10);
  const { error, confidence, accuracy } = ofAll([...tooSure, ...notSureEnough]);
  expect(error).toBeCloseTo((30 * 0.25 + 10 * 0.45) / 40, 6);
  expect([confidence, accuracy].map((value) => value.toFixed(4))).toEqual(["0.8500", "0.7750"]);
  expect(ofAll([...tooSure, ...notSureEnough], 1).error).toBeCloseTo(0.85 - 0.775, 6); // in one bin they make up for each other
});

test("a bin holds its upper end and not its lower one; logits of any size do", () => {
  const even = calibration(Float32Array.of(0, 0, 0, 0), [1], 4); // confidence 1/4 of four classes
  expect(even.bins.map(({ count }) => count)).toEqual([1, 0, 0, 0]);
  const sure = calibration(Float32Array.of(-900, 900, 900, -900), [1, 1]);
  expect(sure).toMatchObject({ error: 0.5, confidence: 1, accuracy: 0.5 });
  expect(sure.bins[14].count).toBe(2);
});

test("refuses logits that are not those of the labels, and nothing at all", () => {
  expect(() => calibration(new Float32Array(5), [0, 1])).toThrow(ConfigError);
  expect(() => calibration(new Float32Array(0), [])).toThrow("got 0 for 0 labels");
  for (const bins of [0, 1.5]) expect(() => calibration(Float32Array.of(1, 2), [1], bins)).toThrow("one bin or more");
  for (const odd of [Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => calibration(Float32Array.of(1, odd), [1])).toThrow("Expected finite logits");
  }
});
