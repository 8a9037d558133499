import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import { normalize } from "../../lib/data/batches";
import { firstImages } from "../../lib/data/stratify";
import { attentionEntropy, rowEntropies } from "../../lib/diagnose/attention-entropy";
import type { ModelConfig } from "../../lib/vit/config";
import { forwardWithIntermediates } from "../../lib/vit/model";
import { initialParameters, toTensors } from "../../lib/vit/parameters";
import { smallDigits, smallRun } from "../train/small-run";

beforeAll(async () => {
  await useBackend("wasm");
});

test("is ln N of even rows, 0 where all is at one place, ln 2 of two", () => {
  const rows = [
    [0.2, 0.2, 0.2, 0.2, 0.2],
    [0, 0, 1, 0, 0],
    [0.5, 0, 0, 0.5, 0],
  ];
  const found = Array.from(rowEntropies(Float32Array.from(rows.flat()), 5));
  for (const [i, expected] of [Math.log(5), 0, Math.log(2)].entries()) expect(found[i]).toBeCloseTo(expected, 6);
});

test("a model whose queries are all 0 looks everywhere alike", async () => {
  const [data, { model }] = [await smallDigits(), smallRun({ model: { binarize: {} } })];
  const parameters = initialParameters(model, 1);
  const qkv = parameters["blocks.0.attention.qkv.weight"];
  const width = qkv.shape[1];
  qkv.data.forEach((_, i) => {
    if (i % width < width / 3) qkv.data[i] = 0;
  });
  const { entropy, most } = attentionEntropy(model, toTensors(parameters), data, data.test);
  expect(most).toBe(Math.log(17));
  for (const value of entropy.flat()) expect(value).toBeCloseTo(most, 5);
});

const models: [string, ModelConfig][] = [
  ["float", smallRun({ model: { depth: 2, binarize: {} } }).model],
  ["binary", smallRun({ model: { depth: 2, binarize: { mhsa: "channel", scores: "channel", values: "bit" } } }).model],
];

test.each(models)("%s: the mean of each head over images and queries, added up by hand", async (_, model) => {
  const data = await smallDigits();
  const split = firstImages(data.test, 37); // more than a batch
  const parameters = initialParameters(model, 1);
  for (const { data } of Object.values(parameters)) for (let i = 0; i < data.length; i++) data[i] *= 3; // far from even
  const tensors = toTensors(parameters);
  const { images } = normalize(
    data,
    split,
    Array.from({ length: 37 }, (_, i) => i),
  );
  const { attention } = forwardWithIntermediates(model, tensors, tf.tensor(images, [37, 8, 8, 1]));
  const { entropy, most } = attentionEntropy(model, tensors, data, split);
  expect([entropy.length, entropy[0].length]).toEqual([2, 2]);
  for (const [block, all] of attention.entries()) {
    const values = readFloats(all);
    for (let head = 0; head < 2; head++) {
      let sum = 0;
      for (let image = 0; image < 37; image++) {
        for (let cell = 0; cell < 17 * 17; cell++) {
          const p = values[(image * 2 + head) * 17 * 17 + cell];
          sum -= p === 0 ? 0 : p * Math.log(p);
        }
      }
      expect(entropy[block][head]).toBeCloseTo(sum / (37 * 17), 5);
      expect(entropy[block][head]).toBeLessThan(most - 0.01);
    }
  }
  expect(entropy[0][0]).not.toBeCloseTo(entropy[0][1], 3);
});
