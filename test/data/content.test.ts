import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { DataError } from "../../lib/base/errors";
import { batches } from "../../lib/data/batches";
import { checkRead } from "../../lib/data/check-content";
import type { Dataset, Split } from "../../lib/data/dataset";
import { loadDataset } from "../../lib/data/load";
import { digits as description } from "../../lib/data/sets/digits";
import { evaluate } from "../../lib/train/evaluate";
import { parseRunConfig } from "../../lib/train/run-config";
import { train } from "../../lib/train/train";
import { initialParameters, toTensors } from "../../lib/vit/parameters";

let digits: Dataset;

beforeAll(async () => {
  await useBackend();
  digits = await loadDataset({ name: "digits" });
});

const none: Split = { pixels: new Uint8Array(), labels: new Uint8Array(), count: 0 };

describe.each<[string, (split: Split) => Split, string]>([
  [
    "a label beyond the classes",
    (split) => ({ ...split, labels: split.labels.map(() => 10) }),
    "label 10, expected 0 to 9",
  ],
  ["too few pixels", (split) => ({ ...split, pixels: split.pixels.subarray(1) }), "bytes of pixels, there are"],
  ["too few labels", (split) => ({ ...split, labels: split.labels.subarray(1) }), "need as many labels"],
  [
    "a pixel brighter than the brightest",
    (split) => ({ ...split, pixels: split.pixels.map(() => 17) }),
    "a pixel is 17",
  ],
  ["no images", () => none, "expected one or more, got 0"],
])("%s", (_, broken, message) => {
  test.each(["train", "validation", "test"] as const)("of the %s images is found as they are read", (part) => {
    const content = { ...digits, [part]: broken(digits[part]) };
    expect(() => checkRead(description, content)).toThrow(DataError);
    expect(() => checkRead(description, content)).toThrow(`digits, ${part} images`);
    expect(() => checkRead(description, content)).toThrow(message);
  });

  test("is found before a training", async () => {
    const config = parseRunConfig({ extends: "digits", training: { epochs: 1 } });
    await expect(train(config, 1, { ...digits, train: broken(digits.train) })).rejects.toThrow(message);
  });
});

test("as many images are read as the description says", () => {
  expect(() => checkRead(description, digits)).not.toThrow();
  expect(() => checkRead({ ...description, test: 361 }, digits)).toThrow("digits, test images: expected 361, got 360");
  expect(() => checkRead({ ...description, classNames: ["0"] }, digits)).toThrow("1 classNames, expected two or more");
});

test("of no images there are no batches, and no accuracy", () => {
  const { model } = parseRunConfig({ extends: "digits" });
  expect(() => batches(digits, none, { batchSize: 1 }).next()).toThrow(DataError);
  const parameters = toTensors(initialParameters(model, 1));
  expect(() => evaluate(model, parameters, digits, none)).toThrow("This split of digits has no images");
});
