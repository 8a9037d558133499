import { describe, expect, test } from "vitest";
import { ConfigError } from "../../lib/base/errors";
import type { Binarizer } from "../../lib/binarize/binarizer";
import { binarizers } from "../../lib/binarize/registry";
import { binarizable, numTokens } from "../../lib/vit/config";
import { type ModelInput, parseBinarizer, parseModelConfig } from "../../lib/vit/parse-config";
import { smallModel, smallSizes } from "./small-model";

const binarize = (written: ModelInput["binarize"]) => smallModel({ binarize: written }).binarize;
const off = Object.fromEntries(binarizable.map((part) => [part, "off"]));

describe("a model's configuration", () => {
  test("has defaults for all but the sizes", () => {
    expect(parseModelConfig(smallSizes)).toEqual({
      ...smallSizes,
      pooling: "class-token",
      normEpsilon: 1e-6,
      binarize: off,
    });
  });

  test("counts the class token among its tokens, if there is one", () => {
    expect(numTokens(smallModel())).toBe(5);
    expect(numTokens(smallModel({ pooling: "mean" }))).toBe(4);
  });

  test("read again as JSON is the same", () => {
    const written = { mlp: "xnor", qkv: { scale: "learned", center: true }, scores: "unscaled" } as const;
    const config = smallModel({ pooling: "mean", normEpsilon: 1e-5, binarize: written });
    expect(parseModelConfig(JSON.parse(JSON.stringify(config)))).toEqual(config);
  });

  test.each([
    [{ embedDimm: 8 }, 'model: unknown key "embedDimm". Did you mean "embedDim"?'],
    [
      { patchSize: 3 },
      "model.imageSize must be a multiple of patchSize: got 4 and 3. Try patchSize 2, or imageSize 3.",
    ],
    [{ numHeads: 16 }, "model.embedDim must be a multiple of numHeads: got 8 and 16. Try numHeads 8, or embedDim 16."],
    [{ depth: 0 }, "model.depth: expected number to be >=1, got 0."],
    [{ depth: 1e9 }, "model.depth: expected number to be <=1024, got 1000000000."],
    [{ depth: 1.5 }, "model.depth: expected int, got 1.5."],
    [{ depth: "2" }, 'model.depth: expected number, got "2".'],
    [{ depth: undefined }, "model.depth: expected number, got nothing."],
    [{ numClasses: 1 }, "model.numClasses: expected number to be >=2, got 1."],
    [{ normEpsilon: 0 }, "model.normEpsilon: expected number to be >0, got 0."],
    [{ pooling: "max" }, 'model.pooling: expected "class-token" or "mean", got "max".'],
    [{ binarize: "channel" }, 'model.binarize: expected an object, got "channel".'],
    [{ binarize: { head: "channel" } }, 'model.binarize: unknown key "head". Check its spelling, or remove it.'],
    [
      { binarize: { mlp: "chanel" } },
      'model.binarize.mlp: expected "off", "unscaled", "tensor", "channel", "channel-w1a32", "xnor", "learned" or an object, got "chanel".',
    ],
    [{ binarize: { mlp: { centre: true } } }, 'model.binarize.mlp: unknown key "centre".'],
    [{ binarize: { mlp: { fc3: "channel" } } }, 'model.binarize.mlp: unknown key "fc3".'],
    [{ binarize: { mlp: { fc1: "chanel" } } }, 'model.binarize.mlp.fc1: expected "off", "unscaled",'],
    [
      { binarize: { mhsa: { qkv: { scale: "row" } } } },
      'model.binarize.mhsa.qkv.scale: expected "none", "tensor", "channel", "learned" or "learned-tensor", got "row".',
    ],
    [{ binarize: { mlp: { scale: "none", fc1: "off" } } }, 'model.binarize.mlp: "fc1" is a layer, and another key is'],
    [{ binarize: { conv: { center: "yes" } } }, 'model.binarize.conv.center: expected boolean, got "yes".'],
    [{ binarize: { scores: "channel-w1a32" } }, 'model.binarize.scores: activation "none" leaves nothing to binarize'],
    [{ binarize: { mhsa: { values: { activation: "none" } } } }, 'model.binarize.values: activation "none" leaves'],
  ])("with %j is refused with a line that says why", (change, message) => {
    const parse = () => parseModelConfig({ ...smallSizes, ...change });
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(message);
  });

  test.each([[null], ["digits"], [[smallSizes]]])("is an object, not %j", (input) => {
    expect(() => parseModelConfig(input, "mine.json")).toThrow(/^mine.json: expected an object, got/);
  });
});

describe("what is binarized", () => {
  test("mlp stands for fc1 and fc2, mhsa for qkv and projection", () => {
    const { channel, unscaled } = binarizers;
    expect(binarize({ mlp: "channel" })).toEqual({ ...off, fc1: channel, fc2: channel });
    expect(binarize({ mhsa: "unscaled" })).toEqual({ ...off, qkv: unscaled, projection: unscaled });
    expect(binarize({ conv: "learned" })).toEqual({ ...off, conv: binarizers.learned });
  });

  test("layers can be named one by one, within their group or beside it", () => {
    const expected = { ...off, fc1: binarizers.xnor, scores: binarizers.channel };
    expect(binarize({ fc1: "xnor", scores: "channel" })).toEqual(expected);
    expect(binarize({ mlp: { fc1: "xnor" }, mhsa: { scores: "channel" } })).toEqual(expected);
  });

  test("a layer beside its group wins over it", () => {
    const expected = { ...off, fc1: binarizers.channel };
    expect(binarize({ mlp: "channel", fc2: "off" })).toEqual(expected);
    expect(binarize({ mlp: "off", fc1: "channel" })).toEqual(expected);
  });

  test("fields that are left out are those of channel", () => {
    const { fc1, fc2, qkv } = binarize({ mlp: { activation: "none" }, qkv: { scale: "none" } });
    expect(fc1).toEqual(binarizers["channel-w1a32"]);
    expect(fc2).toEqual(binarizers["channel-w1a32"]);
    expect(qkv).toEqual(binarizers.unscaled);
    const scale = undefined as unknown as Binarizer["scale"]; // as from an object spread
    expect(binarize({ fc1: { scale } }).fc1).toEqual(binarizers.channel);
  });

  test.each(Object.keys(binarizers) as (keyof typeof binarizers)[])(
    "%s by name is the same as by its fields",
    (name) => {
      expect(parseBinarizer(name)).toEqual(binarizers[name]);
      expect(parseBinarizer({ ...binarizers[name] })).toEqual(binarizers[name]);
      expect(binarize({ conv: name })).toEqual(binarize({ conv: { ...binarizers[name] } }));
    },
  );

  test("a binarizer alone cannot be off", () => {
    expect(() => parseBinarizer("off")).toThrow('binarizer: expected a binarizer, got "off".');
  });
});
