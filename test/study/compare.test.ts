import { describe, expect, test } from "vitest";
import { ConfigError } from "../../lib/base/errors";
import { Random } from "../../lib/base/random";
import { claims, testClaims } from "../../lib/study/claims";
import { compare } from "../../lib/study/compare";
import { interval, intervalOverImages, roundingOf } from "../../lib/study/interval";
import { loadStudy } from "../../lib/study/records";
import { studentCdf, studentQuantile } from "../../lib/study/student";
import type { RunRecord } from "../../lib/train/record";
import { madeUpRecord } from "./records";

describe("Student's t", () => {
  // scipy.stats.t.ppf and .cdf, version 1.15 or later
  test.each([
    [0.975, 1, 12.706204736174694],
    [0.975, 2, 4.302652729749462],
    [0.975, 9, 2.262157162798205],
    [0.975, 30, 2.0422724563012378],
    [0.995, 4, 4.604094871349992],
    [0.9995, 9, 4.780912585931217],
    [0.975, 359, 1.9665939377682302],
    [0.975, 9999, 1.960201263621357],
  ])("has the quantile %d at %d degrees of freedom", (p, freedom, expected) => {
    expect(studentQuantile(p, freedom) / expected).toBeCloseTo(1, 10);
    expect(studentCdf(expected, freedom)).toBeCloseTo(p, 12);
    expect(studentCdf(-expected, freedom)).toBeCloseTo(1 - p, 12);
  });
});

/** Records of which only name, seed and test matter. */
const record = (name: string, seed: number, right: readonly boolean[]): RunRecord => {
  const bits = new Uint8Array(Math.ceil(right.length / 8));
  for (const [i, isRight] of right.entries()) if (isRight) bits[i >> 3] |= 1 << (i & 7);
  const accuracy = right.filter(Boolean).length / right.length;
  const correct = Buffer.from(bits).toString("base64");
  const test = { accuracy, loss: 1, count: right.length, correct };
  return { name, seed, test, dataset: { name: "digits" }, weightsSha256: `${name} ${seed}` } as RunRecord;
};
const images = 50;
const random = new Random(3);
const records = [1, 2, 3, 4].flatMap((seed) =>
  [0.9, 0.6, 0.58].map((share, i) =>
    record(
      ["good", "fair", "fair too"][i],
      seed,
      Array.from({ length: images }, () => random.uniform() < share),
    ),
  ),
);
const accuracies = (name: string) => records.filter((one) => one.name === name).map(({ test }) => test.accuracy);

describe("comparisons", () => {
  const [first, second] = compare(records, [
    ["good", "fair"],
    ["fair", "fair too"],
    ["good", "unknown"],
  ]);

  test("are paired by seed, and corrected for how many there are", () => {
    const differences = accuracies("good").map((value, i) => value - accuracies("fair")[i]);
    const mean = differences.reduce((a, b) => a + b) / 4;
    const deviation = Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / 3);
    expect(first.difference.mean).toBeCloseTo(mean, 12);
    // t at 1 − 0.05/4 with 3 degrees of freedom, scipy: 4.176534846104503
    expect(first.together.high - mean).toBeCloseTo((4.176534846104503 * deviation) / 2, 10);
    expect(first.together.low).toBeLessThan(first.difference.low);
    const t = mean / (deviation / 2);
    expect(first.p).toBeCloseTo(Math.min(1, 2 * 2 * studentCdf(-t, 3)), 12);
    expect(second.p).toBeGreaterThanOrEqual(first.p);
    expect(second.p).toBeLessThanOrEqual(1);
  });

  test("say how far the test images decide", () => {
    const perImage = Array.from({ length: images }, (_, image) => {
      const isRight = (one: RunRecord) => (Buffer.from(one.test.correct!, "base64")[image >> 3] >> (image & 7)) & 1;
      const of = (name: string) => records.filter((one) => one.name === name).map(isRight);
      const [good, fair] = [of("good"), of("fair")];
      return good.reduce((sum, value, i) => sum + value - fair[i], 0) / 4;
    });
    const mean = perImage.reduce((a, b) => a + b) / images;
    const deviation = Math.sqrt(perImage.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (images - 1));
    const half = (2.0095752371292392 * deviation) / Math.sqrt(images); // scipy: t at 0.975, 49 degrees of freedom
    expect(first.overImages!.low).toBeCloseTo(mean - half, 10);
    expect(first.overImages!.high).toBeCloseTo(mean + half, 10);
    const old = records.map((one) => ({ ...one, test: { ...one.test, correct: undefined } }));
    expect(compare(old, [["good", "fair"]])[0]).not.toHaveProperty("overImages");
  });
});

/** A run as if it had seen but so many training images, which is another SHA-256. */
const trainedOn = (trainLimit: number, { config, dataset, ...run }: RunRecord): RunRecord => ({
  ...run,
  config: { ...config, dataset: { ...config.dataset, trainLimit } },
  dataset: { ...dataset, sha256: `first ${trainLimit}`, train: trainLimit },
});

describe("few seeds", () => {
  /** Of 360 images, so many right a seed. */
  const runs = (name: string, ...right: readonly number[]) =>
    right.map((count, i) => ({ ...madeUpRecord(name, i + 1, count / 360) }));

  test("that differ by the same number of images by chance decide nothing", () => {
    const [found] = compare([...runs("one", 330, 328), ...runs("other", 328, 326)], [["one", "other"]]);
    expect(found.difference.mean).toBeCloseTo(2 / 360, 12);
    // 12.706 · √(2/12) / 360 / √2: an accuracy on 360 images is known to √(1/12) images
    expect(found.together.high - 2 / 360).toBeCloseTo((12.706204736174694 * Math.sqrt(1 / 6)) / 360 / Math.SQRT2, 8);
    expect(found.together.low).toBeLessThan(0);
    expect(found.p).toBeGreaterThan(0.05);
  });

  test("that agree on every image leave room for others, on which they do not", () => {
    const everyImage = Buffer.alloc(45, 255).toString("base64");
    const right = (name: string) =>
      runs(name, 360, 360).map((run) => ({ ...run, test: { ...run.test, correct: everyImage } }));
    const [found] = compare([...right("one"), ...right("other")], [["one", "other"]]);
    // The upper end of the exact interval of 0 of 360, by decimal arithmetic: 1 − e^(ln 0.025 / 360)
    expect(found.overImages!.high).toBeCloseTo(0.010194566882012408, 12);
    expect(found.overImages!.low).toBe(-found.overImages!.high);
    const same = right("one").map((run) => ({ ...run, name: "copy" }));
    expect(compare([...right("one"), ...same], [["one", "copy"]])[0].overImages).toEqual({ low: 0, high: 0 });
    const single = right("one").map((run) => ({ ...run, test: { ...run.test, count: 1 } }));
    const other = single.map((run) => ({ ...run, name: "other" }));
    expect(compare([...single, ...other], [["one", "other"]])[0]).not.toHaveProperty("overImages");
  });

  test("of the same weights have no difference at all", () => {
    const same = runs("one", 330, 328);
    const [found] = compare([...same, ...same.map((run) => ({ ...run, name: "other" }))], [["one", "other"]]);
    expect([found.together, found.p]).toEqual([{ low: 0, high: 0 }, 1]);
  });

  test("on other data are no pairs", () => {
    const elsewhere = runs("other", 300, 299).map((run) => ({ ...run, dataset: { ...run.dataset, name: "cifar10" } }));
    expect(compare([...runs("one", 330, 328), ...elsewhere], [["one", "other"]])).toEqual([]);
  });

  test("on other images of a data set of this name are no pairs", () => {
    const elsewhere = runs("other", 300, 299).map((run) => ({ ...run, dataset: { ...run.dataset, sha256: "0" } }));
    expect(compare([...runs("one", 330, 328), ...elsewhere], [["one", "other"]])).toEqual([]);
  });

  test("of fewer training images are pairs: the test images are the same", () => {
    const fewer = runs("other", 300, 299).map((run) => trainedOn(100, run));
    expect(compare([...runs("one", 330, 328), ...fewer], [["one", "other"]])).toHaveLength(1);
  });

  test("have an interval as wide as rounding makes it", () => {
    expect(interval([0.5, 0.5]).high).toBe(0.5);
    expect(interval([0.5, 0.5], roundingOf(360)).high - 0.5).toBeCloseTo(12.7062047 / Math.sqrt(24) / 360, 8);
    expect(interval([0.5, 0.7], roundingOf(360))).toEqual(interval([0.5, 0.7]));
  });
});

test("what cannot be tested says what it would need", () => {
  const one = (name: string, seed: number) => madeUpRecord(name, seed, 0.9);
  const some = [
    ...[1, 2].flatMap((seed) => [one("mlp/channel", seed), one("mlp+mhsa/channel", seed)]),
    one("mlp/unscaled", 1),
    ...[1, 2].flatMap((seed) => [one("mhsa/channel [epochs=7]", seed), one("mhsa/channel [epochs=9]", seed)]),
  ];
  const [first, second] = testClaims(some);
  expect(first.comparisons).toEqual([]);
  expect(first.untested.map(({ why }) => why)).toEqual([
    "fewer than two seeds of both are there",
    "mhsa/channel is there as mhsa/channel [epochs=7] and as mhsa/channel [epochs=9]: keep one of them in the folder",
    "there are no runs of mlp+mhsa/unscaled",
  ]);
  expect(second.comparisons).toHaveLength(1);
  expect(second.untested).toHaveLength(1);
});

test("rows that differ in more than bits test no claim", () => {
  const ofSeeds = (name: string) => [1, 2, 3].map((seed) => madeUpRecord(name, seed, 0.9));
  const faster = ofSeeds("mlp/unscaled").map(({ config, ...run }) => ({
    ...run,
    config: { ...config, training: { ...config.training, learningRate: 0.1 } },
  }));
  const whyNot = (others: readonly RunRecord[]) =>
    testClaims([...ofSeeds("mlp/channel"), ...others])[0].untested[0].why;
  expect(whyNot(faster.map((run) => trainedOn(100, run)))).toBe(
    "they also differ in training.learningRate, dataset.trainLimit",
  );
  const [run, ...alike] = ofSeeds("mlp/unscaled");
  expect(whyNot([{ ...run, dataset: { ...run.dataset, sha256: "0" } }, ...alike])).toBe(
    "they also differ in dataset.sha256",
  );
});

test("the report's claims, on the recorded quick study", () => {
  const tested = testClaims(loadStudy("quick"));
  expect(tested.map(({ name }) => name)).toEqual(claims.map(({ name }) => name));
  const verdicts = tested.map(({ comparisons }) => comparisons.map(({ pair, verdict }) => [pair.join(" − "), verdict]));
  expect(verdicts).toEqual([
    [
      ["mlp/channel − mlp/unscaled", "yes"],
      ["mhsa/channel − mhsa/unscaled", "yes"],
      ["mlp+mhsa/channel − mlp+mhsa/unscaled", "yes"],
    ],
    [
      ["mlp/channel − mlp+mhsa/channel", "yes"],
      ["mhsa/channel − mlp+mhsa/channel", "not decided"],
    ],
    [
      ["mlp/channel − mlp/unscaled", "yes"],
      ["mhsa/channel − mhsa/unscaled", "yes"],
    ],
  ]);
});

test.each([
  // scipy.stats.binomtest(k, n).proportion_ci(method="exact"), version 1.17
  [0, 10, 0, 0.30849710781876294],
  [8, 10, 0.4439045376923585, 0.9747892736731665],
  [10, 10, 0.6915028921812371, 1],
  [1, 360, 7.032477149815586e-5, 0.015378874001263098],
  [351, 360, 0.9530741949061786, 0.9885060994384974],
  [6890, 10_000, 0.6798231928731923, 0.6980666203560758],
])("%i right images of %i", (right, images, low, high) => {
  const found = intervalOverImages(right / images, images);
  expect(found.low).toBeCloseTo(low, 12);
  expect(found.high).toBeCloseTo(high, 12);
});

test("nothing has no interval", () => {
  expect(() => interval([])).toThrow("needs at least one value");
  expect(() => interval([0.5, Number.NaN])).toThrow("needs numbers, got NaN");
  expect(() => interval(["0.5"] as unknown as number[])).toThrow('needs numbers, got "0.5"');
  for (const [accuracy, images] of [
    [1.5, 10],
    [-0.1, 10],
    [0.5, 0],
    [Number.NaN, 10],
  ] as const) {
    expect(() => intervalOverImages(accuracy, images)).toThrow(ConfigError);
  }
});
