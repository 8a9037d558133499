import { describe, expect, test } from "vitest";
import { expectationLines } from "../../lib/cli/expectation-lines";
import { measureExpectations, workerCounts } from "../../lib/measure/expectations";
import { benchModel } from "../../lib/measure/models";
import { fastestWorkers, workersAdvice } from "../../lib/measure/workers-advice";

describe("workers", () => {
  test("are tried in powers of two, and as many as there are cores", () => {
    expect([1, 2, 6, 8].map(workerCounts)).toEqual([[1], [1, 2], [1, 2, 4, 6], [1, 2, 4, 8]]);
  });

  test("pay where they gain a tenth over fewer", () => {
    expect(fastestWorkers({ 1: 100 })).toBe(1);
    expect(fastestWorkers({ 1: 100, 2: 109 })).toBe(1);
    expect(fastestWorkers({ 1: 100, 2: 111 })).toBe(2);
    expect(fastestWorkers({ 1: 100, 2: 150, 4: 160 })).toBe(2);
    expect(fastestWorkers({ 1: 100, 2: 90, 4: 160 })).toBe(4);
  });

  test("are told of in one sentence", () => {
    const [a, b] = [
      { model: "a", images: { 1: 100, 2: 150 }, best: 2 },
      { model: "b", images: { 1: 100, 2: 80 }, best: 1 },
    ];
    expect(workersAdvice([a, b])).toBe("a trains 1.5 times as fast with `--workers 2`; one worker is best for b.");
    expect(workersAdvice([b, { ...b, model: "c" }])).toBe("one worker is best for b and c.");
  });
});

test("what to expect is measured of products, inference, training and workers", async () => {
  const tiny = { imageSize: 4, patchSize: 2, embedDim: 8, depth: 1, numHeads: 2, mlpDim: 12 };
  const said: string[] = [];
  const { rows, workers, machine } = await measureExpectations({
    models: [benchModel("digits", tiny)],
    product: [9, 33, 7],
    workers: [1, 2],
    onProgress: (what) => said.push(what),
  });
  expect(rows.map(({ what, unit }) => `${what}, ${unit}`)).toEqual([
    "product 9×33×7, float, Gop/s",
    "product 9×33×7, signs by signs, Gop/s",
    "digits, packed inference, batch 64, images/s",
    "digits, packed inference, batch 1, images/s",
    "digits, training step, float, images/s",
    "digits, training step, W1A1, images/s",
  ]);
  for (const { median } of rows) expect(median).toBeGreaterThan(0);
  expect(workers).toHaveLength(1);
  expect(Object.keys(workers[0].images)).toEqual(["1", "2"]);
  expect(workers[0].images[1]).toBe(rows[5].median);
  expect(machine.cores).toBeGreaterThan(0);
  expect(said).toContain("2 workers start");
});

test("the doctor prints aligned tables, advice, and a warning where others are at work", () => {
  const workers = [{ model: "digits" as const, images: { 1: 950, 2: 1425.4 }, best: 2 }];
  const rows = [{ what: "product", median: 42.84, unit: "Gop/s" as const }];
  const machine = { processor: "X", features: [], cores: 2, node: "24.0.0", kernels: "simd" as const, load: 0.1 };
  const lines = expectationLines({ machine, rows, workers });
  expect(lines).toMatch(/^product +42\.8 {2}Gop\/s$/m);
  expect(lines).toMatch(/by workers +1 +2 +pays$/m);
  expect(lines).toMatch(/^digits, W1A1 +950 +1425 +2$/m);
  expect(lines).toMatch(/\nworkers: digits trains 1\.5 times as fast with `--workers 2`\.$/);
  expect(expectationLines({ machine: { ...machine, load: 2 }, rows, workers })).toMatch(
    /\.\nThis machine is not quiet/,
  );
});
