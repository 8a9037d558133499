import { beforeAll, describe, expect, test, vi } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { createEngine } from "../../lib/deploy/engine";
import type { PackedModel } from "../../lib/deploy/packed-model";
import { answerOf, microseconds, softmax } from "../../site/browser/answer";
import { bitLayers, isNegative, somePlaces, withFlipped } from "../../site/browser/digits/bits";
import { digitPixels, type Point } from "../../site/browser/digits/drawing";
import { sampleDigits } from "../../site/browser/digits/samples";
import { anyParameters, pack } from "../deploy/simulation";
import { smallModel } from "../vit/small-model";

describe("a drawing as pixels", () => {
  const rows = (pixels: Uint8Array) => Array.from({ length: 8 }, (_, y) => [...pixels.subarray(8 * y, 8 * y + 8)]);

  test("nothing is nothing; a line is in the middle, as high as the grid, a few cells wide", () => {
    expect(digitPixels([])).toEqual(new Uint8Array(64));
    expect(digitPixels([[]])).toEqual(new Uint8Array(64));
    const line = rows(
      digitPixels([
        [
          [70, 10],
          [70, 60],
        ] as Point[],
      ]),
    );
    for (const row of line.slice(1, 7)) {
      expect(row).toEqual([...row].reverse());
      expect(row.filter((value) => value > 0)).toHaveLength(2);
    }
    expect(line[0].some((value) => value > 0) && line[7].some((value) => value > 0)).toBe(true);
  });

  test("place and size of a drawing do not matter, its proportions do", () => {
    const moved = sampleDigits[5].map((stroke) => stroke.map(([x, y]): Point => [3 * x - 7, 3 * y + 11]));
    expect(digitPixels(moved)).toEqual(digitPixels(sampleDigits[5]));
    const wide = sampleDigits[5].map((stroke) => stroke.map(([x, y]): Point => [3 * x, y]));
    expect(digitPixels(wide)).not.toEqual(digitPixels(sampleDigits[5]));
  });

  test("a dot is a dot, and samples have about as much ink as the data: 30%", () => {
    expect(digitPixels([[[4, 4]]]).reduce((a, b) => a + b)).toBeGreaterThan(4);
    const ink = sampleDigits.map((strokes) => digitPixels(strokes).reduce((a, b) => a + b) / 1024);
    expect(sampleDigits).toHaveLength(10);
    const mean = ink.reduce((a, b) => a + b) / 10;
    expect(mean).toBeGreaterThan(0.24);
    expect(mean).toBeLessThan(0.35);
  });
});

describe("a model and its bits", () => {
  let model: PackedModel;
  beforeAll(async () => {
    await useBackend("wasm");
    const config = smallModel({
      ...{ imageSize: 8, channels: 1, embedDim: 32, numHeads: 2, mlpDim: 64 },
      binarize: { mlp: "learned", qkv: "learned" },
    });
    const pixels = { mean: [0.3], std: [0.4], maxValue: 16 };
    model = { ...pack(config, anyParameters(config, 3)), pixels };
  });

  test("its layers are those whose weights are bits", () => {
    const layers = bitLayers(model);
    expect(layers.map(({ tensor }) => tensor).slice(0, 3)).toEqual([
      "blocks.0.attention.qkv.weight.signs",
      "blocks.0.mlp.fc1.weight.signs",
      "blocks.0.mlp.fc2.weight.signs",
    ]);
    expect(layers[0]).toMatchObject({ outputs: 96, inputs: 32 });
    expect(layers[2]).toMatchObject({ outputs: 32, inputs: 64 });
  });

  test("a flip changes that bit alone, in another model; the engine of it answers otherwise", () => {
    const [, layer] = bitLayers(model);
    const flipped = withFlipped(model, layer, [layer.inputs * 5 + 9]);
    for (const [output, input, changed] of [
      [5, 9, true],
      [5, 8, false],
      [4, 9, false],
      [0, 0, false],
    ] as const) {
      const pair = [model, flipped].map((one) => isNegative(one, layer, output, input));
      expect(pair[0] !== pair[1], `${output}, ${input}`).toBe(changed);
    }
    const image = digitPixels(sampleDigits[2]);
    const all = withFlipped(model, layer, somePlaces(layer, 0.5));
    const [before, after] = [model, all].map((one) => answerOf(createEngine(one), image).probabilities);
    expect(after).not.toEqual(before);
    expect(withFlipped(all, layer, somePlaces(layer, 0.5)).tensors).toEqual(model.tensors);
  });

  test("some places are each there once, and more hold all of fewer", () => {
    const layer = { tensor: "x", outputs: 10, inputs: 32 };
    const [few, more] = [somePlaces(layer, 0.1), somePlaces(layer, 0.3)];
    expect(few).toHaveLength(32);
    expect(new Set(somePlaces(layer, 1)).size).toBe(320);
    expect(more.slice(0, 32)).toEqual(few);
    expect(somePlaces(layer, 0)).toEqual([]);
  });

  test("an answer is a softmax, and takes some microseconds", () => {
    expect(softmax([1000, 1000])).toEqual([0.5, 0.5]);
    const image = digitPixels(sampleDigits[7]);
    const { best, probabilities } = answerOf(createEngine(model), image);
    expect(probabilities.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
    expect(probabilities[best]).toBe(Math.max(...probabilities));
    expect(microseconds(createEngine(model), image, 3)).toBeGreaterThan(0);
  });

  test.each([
    [0.003, 10_000],
    [0.4, 250],
    [30, 4],
    [2500, 1],
  ])("an answer of %d ms is timed without holding the page up", (milliseconds, most) => {
    let [now, count] = [0, 0];
    const forward = () => {
      now += milliseconds;
      count++;
      return new Float32Array(10);
    };
    const clock = vi.spyOn(performance, "now").mockImplementation(() => now);
    try {
      expect(microseconds({ forward }, new Uint8Array(64))).toBeCloseTo(1000 * milliseconds, 3);
    } finally {
      clock.mockRestore();
    }
    expect(count).toBeLessThanOrEqual(most);
  });
});
