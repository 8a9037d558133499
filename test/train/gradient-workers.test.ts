import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { ConfigError, DivergenceError } from "../../lib/base/errors";
import { type Batch, batches } from "../../lib/data/batches";
import type { Dataset } from "../../lib/data/dataset";
import { checkWorkers, GradientWorkers } from "../../lib/train/gradient-workers";
import { lossAndGradients } from "../../lib/train/gradients";
import { train } from "../../lib/train/train";
import { initialParameters } from "../../lib/vit/parameters";
import { worstError } from "../kernels/arena";
import { smallDigits, smallRun } from "./small-run";

const config = smallRun({ model: { binarize: { mlp: "learned", mhsa: "xnor" } }, training: { epochs: 2 } });
const parameters = initialParameters(config.model, 3);
let digits: Dataset;

const batchOf = (batchSize: number): Batch => batches(digits, digits.train, { batchSize }).next().value as Batch;

beforeAll(async () => {
  await useBackend("wasm");
  digits = await smallDigits();
});

describe("worker threads", () => {
  let workers: GradientWorkers;
  beforeAll(async () => {
    workers = await GradientWorkers.start(config, 2);
  });
  afterAll(() => workers.stop());

  test.each([1, 2, 5, 32])(
    "of a batch of %i give loss, logits and gradients of one thread, within 1e-5",
    async (size) => {
      const batch = batchOf(size);
      const whole = lossAndGradients(config, parameters, batch);
      const shared = await workers.lossAndGradients(parameters, batch);
      expect(shared.loss).toBeCloseTo(whole.loss, 5);
      expect(shared.logits).toEqual(whole.logits);
      for (const [name, gradient] of Object.entries(whole.gradients)) {
        expect(worstError(shared.gradients[name], gradient), name).toBeLessThan(1e-5);
      }
    },
  );

  test("find parameters by name, in whatever order they come", async () => {
    const batch = batchOf(6);
    const reversed = Object.fromEntries(Object.entries(parameters).reverse());
    const [a, b] = [await workers.lossAndGradients(parameters, batch), await workers.lossAndGradients(reversed, batch)];
    for (const name of Object.keys(parameters)) expect(b.gradients[name]).toEqual(a.gradients[name]);
  });

  test("report NaN as divergence, and work on afterwards", async () => {
    const batch = batchOf(6);
    const before = await workers.lossAndGradients(parameters, batch);
    const images = batch.images.slice();
    images[images.length - 1] = Number.NaN; // in the last thread's part
    await expect(workers.lossAndGradients(parameters, { ...batch, images })).rejects.toThrow(DivergenceError);
    images[0] = Number.NaN; // and in this one's
    await expect(workers.lossAndGradients(parameters, { ...batch, images })).rejects.toThrow(DivergenceError);
    expect(await workers.lossAndGradients(parameters, batch)).toEqual(before);
  });
});

test("training with two workers repeats bit for bit, and learns what one learns", async () => {
  const [first, second] = [
    await train(config, 1, digits, { workers: 2 }),
    await train(config, 1, digits, { workers: 2 }),
  ];
  expect(second.parameters).toEqual(first.parameters);
  const alone = await train(config, 1, digits);
  expect(first.curve[0].trainLoss).toBeCloseTo(alone.curve[0].trainLoss, 1);
});

test("workers are refused without the kernels, and in numbers that are none or absurd", async () => {
  await expect(train(config, 1, digits, { workers: 0 })).rejects.toThrow(ConfigError);
  await expect(train(config, 1, digits, { workers: 1.5 })).rejects.toThrow(/whole number/);
  const most = 8 * availableParallelism();
  expect(() => checkWorkers(most)).not.toThrow();
  for (const start of [train(config, 1, digits, { workers: most + 1 }), GradientWorkers.start(config, most)]) {
    await expect(start).rejects.toThrow(`${most + 1} workers were asked for`);
  }
  await useBackend("cpu");
  await expect(train(config, 1, digits, { workers: 2 })).rejects.toThrow(/wasm backend/);
  await useBackend("wasm");
});
