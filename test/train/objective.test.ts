import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { Random } from "../../lib/base/random";
import { type Batch, batches } from "../../lib/data/batches";
import type { Dataset } from "../../lib/data/dataset";
import { GradientWorkers } from "../../lib/train/gradient-workers";
import { lossAndGradients } from "../../lib/train/gradients";
import { prepareObjective } from "../../lib/train/objective";
import { loadRun } from "../../lib/train/origins";
import type { RunConfig } from "../../lib/train/record";
import { trainInto } from "../../lib/train/run";
import { readRecord, readWeights, weightsSha256 } from "../../lib/train/run-folder";
import { train } from "../../lib/train/train";
import { forwardWithIntermediates } from "../../lib/vit/model";
import { initialParameters, type ParameterArrays, toTensors } from "../../lib/vit/parameters";
import { worstError } from "../kernels/arena";
import { smallDigits, smallRun } from "./small-run";

const place = mkdtempSync(join(tmpdir(), "binvit-objective-"));
afterAll(() => rmSync(place, { recursive: true }));
const teacher = join(place, "teacher");
let digits: Dataset;
let batch: Batch;
beforeAll(async () => {
  await useBackend("wasm");
  digits = await smallDigits();
  batch = batches(digits, digits.train, { batchSize: 6 }).next().value as Batch;
  const config = smallRun({ model: { binarize: {} }, training: { epochs: 2, learningRate: 0.02 } });
  await trainInto({ name: "teacher", config, seed: 5 }, teacher, {}, digits);
});

const student = (objective: object, changes: object = {}) => smallRun({ training: { objective, ...changes } });
const parameters = initialParameters(smallRun().model, 3);
function step(config: RunConfig, progress = 0, of: ParameterArrays = parameters) {
  const objective = prepareObjective(config, loadRun);
  try {
    return lossAndGradients(config, of, batch, { progress, objective });
  } finally {
    objective.dispose();
  }
}

/** Logits and attention maps of a model on the batch, on the host. */
function pass(config: RunConfig, arrays: ParameterArrays) {
  return tf.tidy(() => {
    const images = tf.tensor(batch.images, [batch.count, 8, 8, 1]);
    const { logits, attention } = forwardWithIntermediates(config.model, toTensors(arrays), images);
    return { logits: [...logits.dataSync()], attention: attention.map((one) => [...one.dataSync()]) };
  });
}
const teacherPass = () => {
  const record = readRecord(teacher)!;
  return pass(record.config, readWeights(teacher, record));
};

/** Softmax of every row of ten, in float64. */
const softmax = (logits: readonly number[], temperature: number): number[] =>
  logits.map((_, i) => {
    const row = logits.slice(10 * Math.floor(i / 10), 10 * Math.floor(i / 10) + 10);
    const powers = row.map((z) => Math.exp((z - Math.max(...row)) / temperature));
    return powers[i % 10] / powers.reduce((a, b) => a + b);
  });
const sumRows = (values: readonly number[]) =>
  Float32Array.from({ length: 10 }, (_, c) => values.reduce((sum, v, i) => sum + (i % 10 === c ? v : 0), 0));

describe("cross entropy alone", () => {
  test("is what is minimized if nothing is said, and the same bits if it is said", () => {
    const labelSmoothing = 0.1;
    const plain = step(smallRun({ training: { labelSmoothing } }));
    expect(step(student({ "cross-entropy": {} }, { labelSmoothing }))).toEqual(plain);
    const { logits } = pass(smallRun(), parameters);
    const q = softmax(logits, 1);
    const targets = q.map((_, i) => (batch.labels[Math.floor(i / 10)] === i % 10 ? 0.91 : 0.01));
    const expected = -targets.reduce((sum, t, i) => sum + t * Math.log(q[i]), 0) / 6;
    expect(plain.loss).toBeCloseTo(expected, 5);
  });

  test("with a weight is so many times as much", () => {
    const [once, twice] = [step(smallRun()), step(student({ "cross-entropy": { weight: 2 } }))];
    expect(twice.loss).toBeCloseTo(2 * once.loss, 5);
    const half = twice.gradients["head.weight"].map((g) => g / 2);
    expect(worstError(half, once.gradients["head.weight"])).toBeLessThan(1e-6);
  });
});

describe("distillation", () => {
  test.each([1, 2.5])("at temperature %f has loss and gradient of its equation in float64", (temperature) => {
    const { loss, gradients } = step(student({ distillation: { teacher, temperature } }));
    const [p, q] = [teacherPass().logits, pass(smallRun(), parameters).logits].map((z) => softmax(z, temperature));
    const divergence = p.reduce((sum, value, i) => sum + value * (Math.log(value) - Math.log(q[i])), 0);
    expect(divergence).toBeGreaterThan(0.1);
    expect(loss).toBeCloseTo((temperature ** 2 * divergence) / 6, 5);
    const slope = q.map((value, i) => (temperature * (value - p[i])) / 6);
    expect(worstError(gradients["head.bias"], sumRows(slope))).toBeLessThan(1e-5);
  });

  test("of the teacher's class is cross entropy with that as the label", () => {
    const { loss, gradients } = step(student({ distillation: { teacher, hard: true, temperature: 3 } }));
    const [z, q] = [teacherPass().logits, softmax(pass(smallRun(), parameters).logits, 1)];
    const best = Array.from({ length: 6 }, (_, b) => {
      const row = z.slice(10 * b, 10 * b + 10);
      return row.indexOf(Math.max(...row));
    });
    expect(loss).toBeCloseTo(-best.reduce((sum, c, b) => sum + Math.log(q[10 * b + c]), 0) / 6, 5);
    const slope = q.map((value, i) => (value - (best[Math.floor(i / 10)] === i % 10 ? 1 : 0)) / 6);
    expect(worstError(gradients["head.bias"], sumRows(slope))).toBeLessThan(1e-5);
  });

  test("beside cross entropy adds to it, each with its weight", () => {
    const terms = { "cross-entropy": { weight: 0.2 }, distillation: { teacher, weight: 0.8 } };
    const both = step(student(terms));
    const [hard, soft] = [step(smallRun()), step(student({ distillation: { teacher } }))];
    expect(both.loss).toBeCloseTo(0.2 * hard.loss + 0.8 * soft.loss, 5);
    for (const [name, gradient] of Object.entries(both.gradients)) {
      const expected = gradient.map((_, i) => 0.2 * hard.gradients[name][i] + 0.8 * soft.gradients[name][i]);
      expect(worstError(gradient, expected), name).toBeLessThan(1e-4);
    }
  });

  test("from a model that is the teacher itself has nothing to learn", () => {
    const record = readRecord(teacher)!;
    const config = smallRun({ model: { binarize: {} }, training: { objective: { distillation: { teacher } } } });
    const { loss, gradients } = step(config, 0, readWeights(teacher, record));
    expect(Math.abs(loss)).toBeLessThan(1e-6);
    for (const gradient of Object.values(gradients)) for (const g of gradient) expect(Math.abs(g)).toBeLessThan(1e-6);
  });
});

test("attention distillation is the mean square of what differs, and its gradient the slope of that", () => {
  const objective = { "attention-distillation": { teacher } };
  const config = smallRun({ model: { binarize: {} }, training: { objective } });
  const { loss, gradients } = step(config);
  const [theirs, own] = [teacherPass().attention, pass(config, parameters).attention].map((maps) => maps.flat());
  const expected = own.reduce((sum, a, i) => sum + (a - theirs[i]) ** 2, 0) / own.length;
  expect(loss / expected).toBeCloseTo(1, 4);
  const name = "blocks.0.attention.qkv.weight";
  const norm = Math.hypot(...gradients[name]);
  expect(norm).toBeGreaterThan(0);
  const moved = (by: number) => {
    const data = parameters[name].data.map((w, i) => w + (by * gradients[name][i]) / norm);
    return step(config, 0, { ...parameters, [name]: { ...parameters[name], data } }).loss;
  };
  expect((moved(0.05) - moved(-0.05)) / 0.1 / norm).toBeCloseTo(1, 2);
  expect(gradients["head.weight"]).toEqual(new Float32Array(80)); // attention maps know nothing of the head
});

describe("unit weights", () => {
  const config = student({ "unit-weights": {} });

  test("are the mean distance of latent weights from ±1, from the last tenth on", () => {
    const random = new Random(2);
    const wide = Object.fromEntries(
      Object.entries(parameters).map(([name, { shape, data }]) => [
        name,
        { shape, data: data.map(() => Math.fround(1.5 * random.normal())) },
      ]),
    );
    const { loss, gradients } = step(config, 0.9, wide);
    const distance = (values: Float32Array) =>
      values.reduce((sum, w) => sum + Math.abs(Math.abs(w) - 1), 0) / values.length;
    const [fc1, fc2] = ["blocks.0.mlp.fc1.weight", "blocks.0.mlp.fc2.weight"];
    expect(loss).toBeCloseTo((0.1 * (distance(wide[fc1].data) + distance(wide[fc2].data))) / 2, 5);
    const slope = wide[fc1].data.map((w) => (0.05 * Math.sign(Math.abs(w) - 1) * Math.sign(w)) / wide[fc1].data.length);
    expect(worstError(gradients[fc1], slope)).toBeLessThan(1e-6);
    for (const name of Object.keys(wide)) {
      if (name !== fc1 && name !== fc2)
        expect(
          gradients[name].every((g) => g === 0),
          name,
        ).toBe(true);
    }
  });

  test("take no part before, and none in a model without 1-bit weights", () => {
    expect(step(config, 0.899).loss).toBe(0);
    expect(step(student({ "unit-weights": { from: 0 } })).loss).toBeGreaterThan(0);
    const float = smallRun({ model: { binarize: {} }, training: { objective: { "unit-weights": { from: 0 } } } });
    expect(step(float).loss).toBe(0);
    const beside = student({ "cross-entropy": {}, "unit-weights": {} });
    expect(step(beside, 0.5)).toEqual(step(smallRun(), 0.5));
  });
});

describe("training with a teacher", () => {
  const config = student(
    { "cross-entropy": { weight: 0.2 }, distillation: { teacher, weight: 0.8 }, "unit-weights": { from: 0.5 } },
    { epochs: 2 },
  );

  test("repeats bit for bit, leaves no tensor behind, and is another run than without", async () => {
    const plain = await train(smallRun({ training: { epochs: 2 } }), 1, digits);
    const before = tf.memory().numTensors;
    const [first, again] = [await train(config, 1, digits), await train(config, 1, digits)];
    expect(tf.memory().numTensors).toBe(before);
    expect(weightsSha256(again.parameters)).toBe(weightsSha256(first.parameters));
    expect(weightsSha256(plain.parameters)).not.toBe(weightsSha256(first.parameters));
  });

  test("is shared out over threads: they load the teacher too", async () => {
    const all = student({ ...config.training.objective, "attention-distillation": { teacher } });
    const workers = await GradientWorkers.start(all, 2);
    try {
      const [shared, alone] = [await workers.lossAndGradients(parameters, batch, 0.7), step(all, 0.7)];
      expect(shared.loss).toBeCloseTo(alone.loss, 5);
      for (const [name, gradient] of Object.entries(alone.gradients)) {
        expect(worstError(shared.gradients[name], gradient), name).toBeLessThan(1e-5);
      }
    } finally {
      await workers.stop();
    }
  });
});
