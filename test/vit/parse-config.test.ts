import { describe, expect, test } from "vitest";
import { ConfigError } from "../../lib/base/errors";
import { type MethodName, methods } from "../../lib/binarize/methods";
import { binarizers } from "../../lib/binarize/registry";
import { binarizable, numTokens } from "../../lib/vit/config";
import { parseBinarizer, type ShortBinarizer } from "../../lib/vit/parse-binarize";
import { type ModelInput, parseModelConfig } from "../../lib/vit/parse-config";
import { smallModel, smallSizes } from "./small-model";

const binarize = (written: ModelInput["binarize"]) => smallModel({ binarize: written }).binarize;
const named = Object.keys(methods).map((name) => `"${name}"`);
const off = Object.fromEntries(binarizable.map((part) => [part, "off"]));

describe("a model's configuration", () => {
  test("has defaults for all but the sizes", () => {
    expect(parseModelConfig(smallSizes)).toEqual({
      ...smallSizes,
      pooling: "class-token",
      normEpsilon: 1e-6,
      stem: "patch",
      shift: [],
      activation: "gelu",
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
    [{ stem: "linear" }, 'model.stem: expected "patch" or "conv", got "linear".'],
    [{ shift: 1 }, "model.shift: expected array, got 1."],
    [{ shift: [0] }, "model.shift.0: expected number to be >=1, got 0."],
    [{ shift: [1.5] }, "model.shift.0: expected int, got 1.5."],
    [{ shift: [1, 1] }, "model.shift: expected distances below 2, the patches of a side, each once, got 1, 1."],
    [{ shift: [1, 2] }, "model.shift: expected distances below 2, the patches of a side, each once, got 1, 2."],
    [{ imageSize: 16, shift: [1, 2, 3, 4, 5] }, "model.shift: expected array to have <=4 items, got"],
    [{ pooling: "max" }, 'model.pooling: expected "class-token" or "mean", got "max".'],
    [{ binarize: "channel" }, 'model.binarize: expected an object, got "channel".'],
    [{ binarize: { head: "channel" } }, 'model.binarize: unknown key "head". Check its spelling, or remove it.'],
    [
      { binarize: { mlp: "chanel" } },
      `model.binarize.mlp: expected "off", ${named.join(", ")} or an object, got "chanel".`,
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

/** What a method says of a layer, of the scores, and of the values. */
const layerOf = (name: MethodName) => ({ weight: binarizers[name].weight, input: binarizers[name].input });
const scoresOf = (name: MethodName) => ({
  operand: binarizers[name].operand,
  correction: binarizers[name].correction,
});
const valuesOf = (name: MethodName) => ({
  operand: binarizers[name].operand,
  probabilities: binarizers[name].probabilities,
});

describe("what is binarized", () => {
  test("mlp stands for fc1 and fc2, mhsa for qkv and projection", () => {
    const [channel, unscaled] = [layerOf("channel"), layerOf("unscaled")];
    expect(binarize({ mlp: "channel" })).toEqual({ ...off, fc1: channel, fc2: channel });
    expect(binarize({ mhsa: "unscaled" })).toEqual({ ...off, qkv: unscaled, projection: unscaled });
    expect(binarize({ conv: "learned" })).toEqual({ ...off, conv: layerOf("learned") });
  });

  test("layers can be named one by one, within their group or beside it", () => {
    const expected = { ...off, fc1: layerOf("xnor"), scores: scoresOf("bvt-ima"), values: valuesOf("channel") };
    expect(binarize({ fc1: "xnor", scores: "bvt-ima", values: "channel" })).toEqual(expected);
    const grouped = { scores: "bvt-ima", values: "channel" } as const;
    expect(binarize({ mlp: { fc1: "xnor" }, mhsa: grouped })).toEqual(expected);
  });

  test("a layer beside its group wins over it", () => {
    const expected = { ...off, fc1: layerOf("channel") };
    expect(binarize({ mlp: "channel", fc2: "off" })).toEqual(expected);
    expect(binarize({ mlp: "off", fc1: "channel" })).toEqual(expected);
  });

  test("fields that are left out are those of channel", () => {
    const { fc1, fc2, qkv } = binarize({ mlp: { activation: "none" }, qkv: { scale: "none" } });
    expect(fc1).toEqual(layerOf("channel-w1a32"));
    expect(fc2).toEqual(layerOf("channel-w1a32"));
    expect(qkv).toEqual(layerOf("unscaled"));
    const scale = undefined as unknown as ShortBinarizer["scale"]; // as from an object spread
    expect(binarize({ fc1: { scale } }).fc1).toEqual(layerOf("channel"));
  });

  test.each([
    ["unscaled", { scale: "none" }],
    ["tensor", { scale: "tensor" }],
    ["channel", {}],
    ["channel-w1a32", { activation: "none" }],
    ["xnor", { activationScale: "token" }],
    ["learned", { scale: "learned" }],
  ] as const)("%s by name is the same as by its short fields", (name, written) => {
    const parts = { conv: written, ...(name === "channel-w1a32" ? {} : { scores: written, values: written }) };
    const names = Object.fromEntries(Object.keys(parts).map((part) => [part, name]));
    expect(binarize(parts)).toEqual(binarize(names));
  });

  test("every short field is a setting of the quantizers", () => {
    const written = {
      scale: "tensor",
      scaleGradient: "detached",
      center: true,
      weightSte: "identity",
      activation: "sign",
      activationSte: "swish",
      activationScale: "token",
    } as const;
    expect(binarize({ conv: written }).conv).toEqual({
      weight: { quantizer: "sign", scale: "tensor", scaleGradient: "detached", center: true, slope: "identity" },
      input: { quantizer: "sign", slope: "swish", scale: "token", scaleGradient: "detached" },
    });
    expect(binarize({ scores: written }).scores).toEqual({
      operand: { quantizer: "sign", slope: "swish", scale: "token", scaleGradient: "detached" },
      correction: "none",
    });
    expect(binarize({ values: written }).values).toMatchObject({
      probabilities: { quantizer: "above-mean", scale: "kept" },
    });
    expect(binarize({ values: { ...written, scale: "none" } }).values).toEqual({
      operand: { quantizer: "sign", slope: "swish", scale: "none", scaleGradient: "detached" },
      probabilities: { quantizer: "above-mean", scale: "none" },
    });
  });

  test.each(Object.keys(binarizers) as MethodName[])("%s by name is the same as by its choices", (name) => {
    expect(parseBinarizer(name)).toEqual(binarizers[name]);
    expect(parseBinarizer({ ...binarizers[name] })).toEqual(binarizers[name]);
    expect(binarize({ conv: name })).toEqual(binarize({ conv: { ...binarizers[name] } }));
    expect(binarize({ conv: name }).conv).toEqual(layerOf(name));
  });

  test("a role takes a method's name, or a quantizer with some of its settings", () => {
    expect(binarize({ fc1: { weight: "lsq", input: "react-net" } }).fc1).toEqual({
      weight: { quantizer: "lsq" },
      input: { quantizer: "rsign" },
    });
    const weight = { quantizer: "sign", scale: "tensor" };
    expect(binarize({ fc1: { weight } }).fc1).toEqual({
      weight: { quantizer: "sign", scale: "tensor", scaleGradient: "product", center: false, slope: "clip" },
      input: "off",
    });
    expect(binarize({ fc1: { weight: "off" } }).fc1).toBe("off");
  });

  test.each([
    [
      { fc1: { weight: { quantizer: "sine" } } },
      /^model\.binarize\.fc1\.weight\.quantizer: expected "sign", .*got "sine"/,
    ],
    [{ fc1: { weight: { quantizer: "rsign" } } }, /^model\.binarize\.fc1\.weight\.quantizer: expected .*got "rsign"/],
    [{ fc1: { input: { quantizer: "sign", scale: "channel" } } }, /fc1\.input\.scale: expected "none" or "token"/],
    [{ fc1: { input: { quantizer: "rsign", scale: 1 } } }, /fc1\.input: unknown key "scale"/],
    [{ fc1: { input: "reactnet" } }, /fc1\.input: expected "off", .* got "reactnet"/],
    [{ fc1: { scale: "none", weight: "lsq" } }, /fc1: "scale" is a short field, and "weight" is not\. Use one kind/],
    [{ fc1: { input: { quantizer: "above-mean" } } }, /fc1\.input: quantizer "above-mean" cannot stand there: only/],
    [{ scores: { operand: { quantizer: "dorefa" } } }, /scores: quantizer "dorefa" cannot stand there: attention/],
    [
      { values: { operand: "channel", probabilities: { quantizer: "sign" } } },
      /values: quantizer "sign" cannot stand there: what stands there is never negative/,
    ],
    [{ values: { probabilities: "channel" } }, /values: activation "none" leaves nothing to binarize/],
  ] as [object, RegExp][])("%j is refused with a line that says why", (written, message) => {
    expect(() => binarize(written)).toThrow(ConfigError);
    expect(() => binarize(written)).toThrow(message);
  });

  test("signs of what is never negative are refused: behind a ReLU, of fc2 alone", () => {
    const behindReLU = (written: ModelInput["binarize"]) => smallModel({ activation: "relu", binarize: written });
    expect(() => behindReLU({ fc2: "channel" })).toThrow(/fc2\.input: quantizer "sign" cannot stand there/);
    expect(behindReLU({ fc1: "channel", fc2: "bit" }).binarize.fc1).toEqual(layerOf("channel"));
  });

  test("a binarizer alone cannot be off", () => {
    expect(() => parseBinarizer("off")).toThrow('binarizer: expected a binarizer, got "off".');
  });
});
