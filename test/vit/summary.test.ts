import { describe, expect, test } from "vitest";
import { parseRunConfig } from "../../lib/train/run-config";
import type { ModelConfig } from "../../lib/vit/config";
import { initialParameters } from "../../lib/vit/parameters";
import type { ModelInput } from "../../lib/vit/parse-config";
import { summarize } from "../../lib/vit/summary";
import { smallModel } from "./small-model";

const digits = (binarize: ModelInput["binarize"]): ModelConfig =>
  parseRunConfig({ extends: "digits", model: { binarize } }).model;

const countParameters = (config: ModelConfig): number =>
  Object.values(initialParameters(config, 1)).reduce((sum, { data }) => sum + data.length, 0);

// The digits preset by hand: 16 patches of 4 pixels and a class token, width 64, 4 blocks, MLP 128, 10 classes.
const blockParameters = 2 * 2 * 64 + (64 * 192 + 192) + (64 * 64 + 64) + (64 * 128 + 128) + (128 * 64 + 64);
const parameters = 4 * 64 + 64 + 64 + 17 * 64 + 4 * blockParameters + 2 * 64 + (64 * 10 + 10);
const mlpMacs = 4 * 17 * (64 * 128 + 128 * 64);
const mhsaMacs = 4 * 17 * (64 * 192 + 64 * 64);
const scoreMacs = 4 * (17 * 17 * 64);
const macs = 16 * 4 * 64 + mlpMacs + mhsaMacs + 2 * scoreMacs + 64 * 10;

describe("the digits preset, counted by hand", () => {
  test("float", () => {
    expect(parameters).toBe(136_138);
    expect(macs).toBe(2_380_928);
    const bytes = 4 * parameters;
    expect(summarize(digits({})).total).toEqual({
      parameters,
      bytesFloat: bytes,
      bytesPacked: bytes,
      bytesScales: 0,
      macs,
      binaryMacs: 0,
    });
  });

  test("W1A1 MLP with channel scale: a bit a weight, 4 bytes a bias and a scale", () => {
    const packed = 4 * ((64 * 128) / 8 + 4 * 128 + 4 * 128 + (128 * 64) / 8 + 4 * 64 + 4 * 64);
    const replaced = 4 * 4 * (64 * 128 + 128 + 128 * 64 + 64);
    expect(summarize(digits({ mlp: "channel" })).total).toEqual({
      parameters,
      bytesFloat: 4 * parameters,
      bytesPacked: 4 * parameters - replaced + packed,
      bytesScales: 4 * 4 * (128 + 64),
      macs: macs - mlpMacs,
      binaryMacs: mlpMacs,
    });
  });

  test("W1A32 packs the same, and multiplies floats", () => {
    const [w1a1, w1a32] = ["channel", "channel-w1a32"].map(
      (name) => summarize(digits({ mlp: name, mhsa: name } as ModelInput["binarize"])).total,
    );
    expect(w1a32).toEqual({ ...w1a1, macs, binaryMacs: 0 });
    expect(w1a1.binaryMacs).toBe(mlpMacs + mhsaMacs);
  });

  test("binarized score products move QKᵀ and AV, one by one", () => {
    expect(summarize(digits({ scores: "channel" })).total).toMatchObject({
      macs: macs - scoreMacs,
      binaryMacs: scoreMacs,
    });
    expect(summarize(digits({ values: "channel" })).total).toMatchObject({
      macs: macs - scoreMacs,
      binaryMacs: scoreMacs,
    });
  });

  test("shifted tokens: three factors and offsets a channel, a multiplication each, whatever the distance", () => {
    const { model } = parseRunConfig({ extends: "digits", model: { shift: [1, 2] } });
    const own = 4 * 2 * (2 * 3 * 64);
    expect(summarize(model).total).toEqual({
      parameters: parameters + own,
      bytesFloat: 4 * (parameters + own),
      bytesPacked: 4 * (parameters + own),
      bytesScales: 0,
      macs: macs + 4 * 2 * (3 * 17 * 64),
      binaryMacs: 0,
    });
    expect(summarize(model).rows.filter(({ kind }) => kind === "shift")[1]).toMatchObject({
      name: "blocks.0.mlp.shift.2",
      shape: "2×3×64",
      bits: "32",
    });
  });

  test("scales cost 0, 4 or 4 · outputs bytes a layer, and parameters only where they are learned", () => {
    const total = (scale: string) => summarize(digits({ conv: { scale } } as ModelInput["binarize"])).total;
    expect(total("none").bytesScales).toBe(0);
    expect(total("tensor").bytesScales).toBe(4);
    expect(total("channel").bytesScales).toBe(256);
    expect(total("learned")).toMatchObject({ bytesScales: 256, parameters: parameters + 64 });
    expect(total("learned-tensor")).toMatchObject({ bytesScales: 4, parameters: parameters + 1 });
    expect(total("channel").bytesPacked - total("none").bytesPacked).toBe(256);
  });
});

describe("every summary", () => {
  test.each([
    {},
    { pooling: "mean" },
    { shift: [1] },
    { binarize: { conv: "learned", mlp: "learned", mhsa: { scale: "learned-tensor" } } },
    { binarize: { conv: "xnor", mlp: "unscaled", mhsa: "tensor", scores: "channel", values: "channel" } },
  ] as Partial<ModelInput>[])("adds up to the parameters that %j has", (changes) => {
    const config = smallModel(changes);
    const { rows, total } = summarize(config);
    expect(total.parameters).toBe(countParameters(config));
    expect(rows.reduce((sum, row) => sum + row.parameters, 0)).toBe(total.parameters);
    expect(total.bytesFloat).toBe(4 * total.parameters);
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
  });

  test("pads each output's bits to whole bytes", () => {
    const row = summarize(smallModel({ mlpDim: 13, binarize: { fc2: "unscaled" } })).rows.find((r) =>
      r.name.endsWith("fc2"),
    );
    expect(row).toMatchObject({ bits: "1/1", shape: "13×8", bytesPacked: 2 * 8 + 4 * 8 });
  });

  test("lists layers in the order data flows", () => {
    const names = summarize(smallModel({ depth: 1 })).rows.map((row) => row.name);
    expect(names).toEqual([
      "patch",
      "classToken",
      "positionEmbedding",
      "blocks.0.norm1",
      "blocks.0.attention.qkv",
      "blocks.0.attention.scores",
      "blocks.0.attention.values",
      "blocks.0.attention.out",
      "blocks.0.norm2",
      "blocks.0.mlp.fc1",
      "blocks.0.mlp.fc2",
      "norm",
      "head",
    ]);
  });
});
