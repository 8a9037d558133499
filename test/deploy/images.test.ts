import { runInNewContext } from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { DataError } from "../../lib/base/errors";
import { batches } from "../../lib/data/batches";
import type { Dataset } from "../../lib/data/dataset";
import { createEngine, type Engine } from "../../lib/deploy/engine";
import type { Images } from "../../lib/deploy/images";
import { packModel } from "../../lib/deploy/pack";
import { readKernels } from "../../lib/kernels/read";
import { smallDigits, smallRun } from "../train/small-run";
import { smallModel } from "../vit/small-model";
import { anyImages, anyMeaning, anyParameters, origin, pack } from "./simulation";

const config = smallModel({ binarize: { mlp: "channel", conv: "xnor" } });
const length = 4 * 4 * 2;
const bytes = (count: number) => Uint8Array.from({ length: count * length }, (_, i) => (i * 37) % 201);
let engine: Engine;

beforeAll(async () => {
  await useBackend("wasm");
  engine = createEngine(pack(config, anyParameters(config, 1)), { maxBatch: 3 });
});

describe("an engine given raw pixels", () => {
  test("has the logits of the same pixels normalized by the data set, bit for bit", async () => {
    const digits: Dataset = await smallDigits();
    const { model } = smallRun({ model: { binarize: { mlp: "channel", mhsa: "channel" } } });
    const packed = packModel(model, anyParameters(model, 1), origin, { pixels: digits, classNames: digits.classNames });
    const ofDigits = createEngine(packed);
    const { pixels, count } = digits.test;
    const [normalized] = batches(digits, digits.test, { batchSize: count });
    expect(ofDigits.forward(pixels, count)).toEqual(ofDigits.forward(normalized.images, count));
    expect(ofDigits.predict(pixels, count)).toEqual(ofDigits.predict(normalized.images, count));
    expect(ofDigits.classNames?.[ofDigits.predict(pixels, count)[0]]).toMatch(/^\d$/);
  });

  test("normalizes each channel by its own statistics, in every batch and kind of byte array", () => {
    const { pixels } = anyMeaning(config);
    if (!pixels) throw new Error("no statistics");
    const { maxValue, mean, std } = pixels;
    const raw = bytes(7);
    const normalized = Float32Array.from(raw, (byte, i) => (byte / maxValue - mean[i % 2]) / std[i % 2]);
    const logits = engine.forward(normalized, 7);
    expect(engine.forward(raw, 7)).toEqual(logits);
    expect(engine.forward(new Uint8ClampedArray(raw), 7)).toEqual(logits);
    expect(engine.forward(Buffer.from(raw), 7)).toEqual(logits);
    expect(engine.pixels).toEqual(pixels);
  });

  test("takes arrays of another window or worker", () => {
    const foreign = runInNewContext("Uint8Array.from(values)", { values: bytes(1) });
    expect(foreign instanceof Uint8Array).toBe(false);
    expect(engine.forward(foreign, 1)).toEqual(engine.forward(bytes(1), 1));
  });

  test("refuses a byte above full brightness, wherever it is", () => {
    for (const at of [0, 7 * length - 1]) {
      const raw = bytes(7);
      raw[at] = 201;
      expect(() => engine.forward(raw, 7)).toThrow(DataError);
      expect(() => engine.forward(raw, 7)).toThrow(/A pixel is 201, expected 0 to 200, .* by 200 \/ 255/);
    }
  });

  test("refuses bytes that it cannot normalize, and floats only by their length", () => {
    const plain = createEngine(packModel(config, anyParameters(config, 1), origin));
    expect(plain.pixels ?? plain.classNames).toBeUndefined();
    expect(() => plain.forward(bytes(1), 1)).toThrow(/bytes, and this model does not say how to normalize them/);
    expect(plain.forward(anyImages(config, 1), 1)).toEqual(engine.forward(anyImages(config, 1), 1));
  });

  test("refuses other types and sizes by name", () => {
    const refused = (images: unknown, count: number) => expect(() => engine.forward(images as Images, count));
    refused([...bytes(1)], 1).toThrow(/Images came as Array, expected a Float32Array .* or bytes/);
    refused(Float64Array.from(bytes(1)), 1).toThrow(/Images came as Float64Array/);
    refused(undefined, 1).toThrow(/Images came as Undefined/);
    refused(bytes(3), 1).toThrow(/Images are 96 numbers, expected 1 × 4 × 4 × 2 = 32\.$/);
    refused(new Uint8ClampedArray(4 * 4 * 4), 1).toThrow(/A canvas gives four channels: take the 2 that the model/);
    for (const count of [-1, 0.5, Number.NaN]) refused(bytes(1), count).toThrow(DataError);
  });
});

test("the kernels that an engine brings along give the bits of those read from disk", () => {
  const model = pack(config, anyParameters(config, 1));
  const images = anyImages(config, 5);
  expect(createEngine(model).tier).toBe("simd");
  expect(createEngine(model).forward(images, 5)).toEqual(
    createEngine(model, { kernels: readKernels() }).forward(images, 5),
  );
});
