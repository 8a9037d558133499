import { describe, expect, test } from "vitest";
import { measureExpectations, workerCounts } from "../../lib/measure/expectations";
import { benchModel } from "../../lib/measure/models";
import { fastestWorkers, workersAdvice } from "../../lib/measure/workers-advice";
import { binvit } from "../cli/binvit";

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

test("the doctor prints it as JSON alone", async () => {
  const { code, stdout } = await binvit(["doctor", "--bench", "--json"]);
  expect(code).toBe(0);
  const { bench, checks } = JSON.parse(stdout);
  expect(checks.length).toBeGreaterThan(5);
  expect(bench.workers.map(({ model }: { model: string }) => model)).toEqual(["digits", "cifar-s"]);
});
