import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { CancelledError, ConfigError, TrainingError } from "../../lib/base/errors";
import type { Dataset } from "../../lib/data/dataset";
import { loadDataset } from "../../lib/data/load";
import type { Progress } from "../../lib/train/loop";
import type { EpochRecord, RunConfig } from "../../lib/train/record";
import type { TrainResult } from "../../lib/train/result";
import { weightsSha256 } from "../../lib/train/run-folder";
import type { TrainingState } from "../../lib/train/state";
import { type TrainOptions, train } from "../../lib/train/train";
import { backends } from "../verify/backends";
import { smallDigits, smallRun } from "./small-run";

let digits: Dataset;
beforeAll(async () => {
  await useBackend("wasm");
  digits = await smallDigits();
});

const withoutTime = (curve: readonly EpochRecord[]) => curve.map(({ imagesPerSecond: _, ...rest }) => rest);
const fingerprint = ({ parameters, curve, test }: TrainResult) => ({
  weights: weightsSha256(parameters),
  curve: withoutTime(curve),
  test,
});
const run = (config: RunConfig, seed = 1, options?: TrainOptions) => train(config, seed, digits, options);

describe.each(backends)("training on $name", ({ use }) => {
  test("gives the same weights and curve for the same seed, bit for bit, and others for another", async () => {
    await use();
    const [config, few] = [smallRun({ training: { epochs: 2, batchSize: 6 } }), await smallDigits(12)];
    const [first, again, other] = [
      await train(config, 1, few),
      await train(config, 1, few),
      await train(config, 2, few),
    ];
    expect(fingerprint(again)).toEqual(fingerprint(first));
    expect(weightsSha256(other.parameters)).not.toBe(weightsSha256(first.parameters));
    await useBackend("wasm", { kernels: true });
  });
});

describe("training", () => {
  // Guessing has a loss of log 10 = 2.3 and an accuracy of 0.1.
  test.each([{}, { mlp: "channel" }, { scores: "channel" }, { values: "channel" }])(
    "with %j learns: three epochs on 600 digits take the loss well below that of guessing",
    async (binarize) => {
      const data = await loadDataset({ name: "digits", trainLimit: 600 });
      const model = { embedDim: 16, mlpDim: 32, binarize };
      const { curve, test } = await train(smallRun({ model, training: { learningRate: 0.01 } }), 1, data);
      expect(curve[2].trainLoss).toBeLessThan(0.75 * curve[0].trainLoss);
      expect(curve[2].validationLoss).toBeLessThan(0.8 * Math.log(10));
      expect(test.accuracy).toBeGreaterThan(0.3);
      expect(test.count).toBe(360);
    },
  );

  test("reports every step and epoch", async () => {
    const [steps, epochs]: [Progress[], EpochRecord[]] = [[], []];
    const { curve, seconds } = await run(smallRun(), 1, {
      onStep: (progress) => steps.push(progress),
      onEpoch: (record) => epochs.push(record),
    });
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1)); // 3 epochs of 64 / 16
    expect(steps[4]).toMatchObject({ epoch: 2, epochs: 3, steps: 12 });
    expect(epochs).toEqual(curve);
    expect(curve.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(curve[0].learningRate).toBeCloseTo(2e-3, 12); // the end of the warm-up
    expect(curve[0].trainLoss).toBeCloseTo(steps.slice(0, 4).reduce((sum, { loss }) => sum + loss, 0) / 4, 6);
    expect(seconds).toBeGreaterThan(0);
  });

  test("counts flipped bits, of binarized weights only", async () => {
    const share = async (binarize: object) =>
      (await run(smallRun({ model: { binarize }, training: { epochs: 1, learningRate: 0.05 } }))).curve[0].flipShare;
    expect(await share({})).toBe(0);
    const flipped = await share({ mlp: "channel" });
    expect(flipped).toBeGreaterThan(0);
    expect(flipped).toBeLessThan(0.5);
    expect(await share({ mlp: { center: true } })).toBeGreaterThan(0);
  });

  test("leaves no tensor behind, finished or stopped", async () => {
    await run(smallRun({ training: { epochs: 1 } }));
    const before = tf.memory().numTensors;
    await run(smallRun({ training: { epochs: 1 } }));
    await run(smallRun(), 1, { signal: AbortSignal.abort() }).catch(() => {});
    expect(tf.memory().numTensors).toBe(before);
  });

  test.each([1, 2, 3])("goes on after epoch %i as if nothing had happened, bit for bit", async (epoch) => {
    const config = smallRun({ training: { cropPadding: 1, flip: true, labelSmoothing: 0.1 } });
    const whole = await run(config);
    const saved: TrainingState[] = [];
    await run(config, 1, { onEpoch: (_, state) => saved.push(state()) });
    const resume: TrainingState = JSON.parse(JSON.stringify(saved[epoch - 1]), (_, value) =>
      value && typeof value === "object" && "0" in value && !Array.isArray(value)
        ? Float32Array.from(Object.values(value as Record<string, number>))
        : value,
    );
    const resumed = await run(config, 1, { resume });
    expect(fingerprint(resumed)).toEqual(fingerprint(whole));
    expect(resumed.seconds).toBeGreaterThanOrEqual(resume.seconds);
  });

  test("is stopped by its signal at the next step, which the message names", async () => {
    const controller = new AbortController();
    const stopped = run(smallRun(), 1, {
      signal: controller.signal,
      onStep: ({ step }) => step === 5 && controller.abort(),
    });
    await expect(stopped).rejects.toThrow(CancelledError);
    await expect(stopped).rejects.toThrow("Training was stopped at step 6 of 12.");
  });

  test("stops where the loss or the gradient is not finite, naming the step and what to lower", async () => {
    const wild = run(smallRun({ training: { learningRate: 1e30, warmupEpochs: 0, clipNorm: 1e30 } }));
    await expect(wild).rejects.toThrow(TrainingError);
    await expect(wild).rejects.toThrow(
      /at step 2 \(epoch 1\)\. Lower training\.learningRate \(now 1e\+30\) or training/,
    );
    const oneStep = smallRun({ training: { learningRate: 1e38, warmupEpochs: 0, epochs: 1, batchSize: 64 } });
    await expect(run(oneStep)).rejects.toThrow(/The validation loss became (NaN|Infinity) after step 1/);
  });

  test.each([
    ["imageSize", { imageSize: 4 }, "model.imageSize is 4, but digits has 8. Set model.imageSize=8."],
    ["channels", { channels: 3 }, "model.channels is 3, but digits has 1. Set model.channels=1."],
    ["numClasses", { numClasses: 5 }, "model.numClasses is 5, but digits has 10. Set model.numClasses=10."],
  ])("refuses a model of another %s than the data", async (_, model, message) => {
    await expect(run(smallRun({ model }))).rejects.toThrow(ConfigError);
    await expect(run(smallRun({ model }))).rejects.toThrow(message);
  });
});
