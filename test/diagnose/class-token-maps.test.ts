import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import { classTokenMaps } from "../../lib/diagnose/class-token-maps";
import { forwardWithIntermediates } from "../../lib/vit/model";
import { initialParameters, toTensors } from "../../lib/vit/parameters";
import { smallDigits, smallRun } from "../train/small-run";

beforeAll(async () => {
  await useBackend("wasm");
});

test("is row 0 of each head's attention without the class token's own share, on the first image", async () => {
  const data = await smallDigits();
  const { model } = smallRun({ model: { depth: 6, binarize: { mhsa: "channel" } } });
  const parameters = initialParameters(model, 1);
  const tensors = toTensors(parameters);
  const { image, label, answer, blocks } = classTokenMaps(model, tensors, data, data.test);
  expect(blocks.map(({ block }) => block)).toEqual([1, 3, 4, 6]);
  expect(image).toMatchObject({ size: 8, channels: 1, maxValue: 16 });
  expect([...Buffer.from(image.pixels, "base64")]).toEqual([...data.test.pixels.subarray(0, 64)]);
  expect(label).toBe(String(data.test.labels[0]));

  const input = Float32Array.from(
    data.test.pixels.subarray(0, 64),
    (pixel) => (pixel / data.maxValue - data.mean[0]) / data.std[0],
  );
  const { logits, attention } = forwardWithIntermediates(model, tensors, tf.tensor(input, [1, 8, 8, 1]));
  const says = readFloats(logits);
  expect(answer).toBe(String(says.indexOf(Math.max(...says))));
  const all = readFloats(attention[3]); // of block 4, as [H, N, N]
  for (const [h, map] of blocks[2].heads.entries()) {
    expect(map).toHaveLength(16);
    for (const [k, share] of map.entries()) expect(share).toBeCloseTo(all[h * 17 * 17 + k + 1], 6);
  }
});

test("is the mean over all queries where there is no class token", async () => {
  const data = await smallDigits();
  const { model } = smallRun({ model: { pooling: "mean", binarize: {} } });
  const { blocks, queries } = classTokenMaps(model, toTensors(initialParameters(model, 1)), data, data.test);
  expect(queries).toBe("all");
  expect(blocks).toHaveLength(1);
  for (const map of blocks[0].heads) {
    expect(map).toHaveLength(16);
    expect(map.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
  }
});
