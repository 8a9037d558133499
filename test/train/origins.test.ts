import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { ConfigError, FileError } from "../../lib/base/errors";
import { batches } from "../../lib/data/batches";
import type { Dataset } from "../../lib/data/dataset";
import { adamWDefaults, adamWStep, clipFactor } from "../../lib/train/adamw";
import { epochBatches } from "../../lib/train/epoch-batches";
import { lossAndGradients } from "../../lib/train/gradients";
import { recordIdentity } from "../../lib/train/identity";
import type { RunConfig } from "../../lib/train/record";
import { trainInto } from "../../lib/train/run";
import { readRecord, readWeights } from "../../lib/train/run-folder";
import { learningRateAt } from "../../lib/train/schedule";
import { startParameters } from "../../lib/train/start";
import { train } from "../../lib/train/train";
import { initialParameters } from "../../lib/vit/parameters";
import { worstError } from "../kernels/arena";
import { smallDigits, smallRun } from "./small-run";

const place = mkdtempSync(join(tmpdir(), "binvit-origins-"));
afterAll(() => rmSync(place, { recursive: true }));
const first = join(place, "first");
let digits: Dataset;
let folder: string;
beforeAll(async () => {
  await useBackend("wasm");
  digits = await smallDigits();
  const config = smallRun({ model: { binarize: {} }, training: { epochs: 1 } });
  await trainInto({ name: "first", config, seed: 5 }, first, {}, digits);
});
beforeEach(() => {
  folder = join(mkdtempSync(join(place, "test-")), "run");
});
afterEach(() => rmSync(join(folder, ".."), { recursive: true }));

const into = (config: RunConfig, seed = 1) => trainInto({ name: "second", config, seed }, folder, {}, digits);

describe("a run that starts from another", () => {
  const second = (training: Record<string, unknown> = {}, model: Record<string, unknown> = {}) =>
    smallRun({ model: { binarize: { mlp: "learned" }, ...model }, training: { from: first, epochs: 1, ...training } });

  test("takes what has the same name and shape; the rest is fresh", () => {
    const weights = readWeights(first, readRecord(first)!);
    const config = second();
    const [start, fresh] = [startParameters(config, 1, digits, weights), initialParameters(config.model, 1)];
    expect(Object.keys(start).sort()).toEqual(Object.keys(fresh).sort());
    const scale = "blocks.0.mlp.fc1.scale";
    expect(start[scale]).toEqual(fresh[scale]);
    for (const [name, array] of Object.entries(weights)) expect(start[name], name).toEqual(array);
    const narrower = startParameters(smallRun({ model: { pooling: "mean" }, training: {} }), 1, digits, weights);
    expect(narrower.classToken).toBeUndefined();
  });

  test("gives the weights of both stages made by hand, one step each", async () => {
    const config = second({ batchSize: 64, warmupEpochs: 0 }, { binarize: { mlp: "channel" } });
    const { parameters } = await train(config, 1, digits);
    const weights = readWeights(first, readRecord(first)!);
    const batch = epochBatches(config, 1, digits, 1).next().value;
    const { gradients } = lossAndGradients(config, weights, batch);
    const norm = Math.sqrt(Object.values(gradients).reduce((sum, g) => g.reduce((all, x) => all + x * x, sum), 0));
    const { learningRate, weightDecay, clipNorm } = config.training;
    const options = { ...adamWDefaults, learningRate: learningRateAt(0, 1, 0, learningRate), weightDecay: 0 };
    for (const [name, { data }] of Object.entries(weights)) {
      const state = {
        weight: data.slice(),
        first: new Float32Array(data.length),
        second: new Float32Array(data.length),
      };
      const decay = /(weight|kernel)$/.test(name) ? weightDecay : 0;
      adamWStep(state, gradients[name], 1, { ...options, weightDecay: decay }, clipFactor(norm, clipNorm));
      expect(worstError(parameters[name].data, state.weight), name).toBeLessThan(1e-6);
    }
  });

  test("says so in its record, is found again, and is another run if the first one is another", async () => {
    const { record } = await into(second());
    const origin = readRecord(first)!;
    expect(record.origins).toMatchObject({ from: { name: "first", seed: 5, weightsSha256: origin.weightsSha256 } });
    expect((await into(second())).existed).toBe(true);
    const moved = join(place, "moved");
    cpSync(first, moved, { recursive: true });
    expect((await into(second({ from: moved }))).existed).toBe(true);
    const other = join(place, "other");
    const config = smallRun({ model: { binarize: {} }, training: { epochs: 1 } });
    await trainInto({ name: "first", config, seed: 6 }, other, {}, digits);
    await expect(into(second({ from: other }))).rejects.toThrow(/already holds another finished run/);
    expect(recordIdentity(readRecord(folder)!)).toBe(recordIdentity(record));
  });

  test("needs one whose parameters fit: the first that does not is named", async () => {
    const attempt = into(second({}, { mlpDim: 32 }));
    await expect(attempt).rejects.toThrow(ConfigError);
    await expect(attempt).rejects.toThrow(
      `training.from: ${first} has "blocks.0.mlp.fc1.weight" as 8×16, this model as 8×32. Start from a run of the same`,
    );
  });
});

describe("a run that is needed", () => {
  const learned = (teacher: string, term = "distillation", model: Record<string, unknown> = {}) =>
    smallRun({ model, training: { objective: { "cross-entropy": {}, [term]: { teacher } } } });

  test.each([
    [
      "is missing",
      () => smallRun({ training: { from: "nowhere" } }),
      "training.from: no finished run in nowhere. Name",
    ],
    [
      "is missing as a teacher",
      () => learned("nowhere"),
      "training.objective.distillation.teacher: no finished run in nowhere. Name the folder of one",
    ],
    [
      "is a row where there is no study",
      () => learned("row:float"),
      'training.objective.distillation.teacher: "row:float" names a row of a study. Outside of one, name the folder',
    ],
    [
      "knows other classes",
      () => learned(first, "distillation", { numClasses: 4 }),
      `.distillation.teacher: ${first} has numClasses 10, this model 4. Name a teacher`,
    ],
    [
      "knows other images",
      () => learned(first, "distillation", { imageSize: 16 }),
      `.distillation.teacher: ${first} has imageSize 8, this model 16. Name a teacher`,
    ],
    [
      "has other attention maps",
      () => learned(first, "attention-distillation", { numHeads: 4 }),
      `${first} has 1 blocks of 2 heads on 17 tokens, this model 1 blocks of 4 heads on 17 tokens: their attention`,
    ],
  ])("and %s is named, before anything is trained", async (_, config, message) => {
    const { imageSize, numClasses } = config().model;
    const black = { pixels: new Uint8Array(imageSize ** 2), labels: new Uint8Array(1), count: 1 };
    const classNames = digits.classNames.slice(0, numClasses);
    const fitting = { ...digits, imageSize, numClasses, classNames, train: black, validation: black, test: black };
    const attempt = () => trainInto({ name: "x", config: config(), seed: 1 }, folder, {}, fitting);
    await expect(attempt()).rejects.toThrow(ConfigError);
    await expect(attempt()).rejects.toThrow(message);
    expect(readRecord(folder)).toBeUndefined();
  });

  test("and is damaged is refused as such", async () => {
    const damaged = join(place, "damaged");
    cpSync(first, damaged, { recursive: true });
    rmSync(join(damaged, "weights.safetensors"));
    await expect(into(learned(damaged))).rejects.toThrow(FileError);
  });
});

describe("the weights behind 1-bit ones", () => {
  const weightsAfter = async (training: object) =>
    (await train(smallRun({ training: { epochs: 1, batchSize: 64, weightDecay: 10, ...training } }), 1, digits))
      .parameters;
  const [latent, float] = ["blocks.0.mlp.fc1.weight", "blocks.0.attention.qkv.weight"];

  test("have a decay of their own", async () => {
    const [same, none] = [await weightsAfter({}), await weightsAfter({ latentDecay: 0 })];
    expect((await weightsAfter({ latentDecay: 10 }))[latent]).toEqual(same[latent]);
    expect(none[float]).toEqual(same[float]);
    const start = initialParameters(smallRun().model, 1)[latent].data;
    const difference = none[latent].data.map((w, i) => w - same[latent].data[i]);
    expect(
      worstError(
        difference,
        start.map((w) => w * 2e-3 * 10),
      ),
    ).toBeLessThan(1e-4); // learning rate · decay
  });

  test("are kept within their bounds, after the step that leads out", async () => {
    const [free, clipped] = [await weightsAfter({}), await weightsAfter({ latentClip: 0.1 })];
    expect(free[latent].data.some((w) => Math.abs(w) > 0.1)).toBe(true);
    const bound = Math.fround(0.1);
    expect(clipped[latent].data).toEqual(free[latent].data.map((w) => Math.max(-bound, Math.min(bound, w))));
    expect(clipped[float]).toEqual(free[float]);
  });
});

test("batches of an epoch are the same each time, and those of another epoch others", () => {
  const config = smallRun({ training: { flip: true } });
  const images = (epoch: number) => [...epochBatches(config, 1, digits, epoch)].map((batch) => batch.images);
  expect(images(1)).toEqual(images(1));
  expect(images(2)).not.toEqual(images(1));
  expect(images(1).flatMap((batch) => [...batch])).toHaveLength(
    [...batches(digits, digits.train, { batchSize: 64 })][0].images.length,
  );
});
