import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { ConfigError, FileError } from "../../lib/base/errors";
import { decodeSafetensors, encodeSafetensors } from "../../lib/base/safetensors";
import { createEngine } from "../../lib/deploy/engine";
import { decodePackedModel, encodePackedModel } from "../../lib/deploy/format";
import { packedConfig } from "../../lib/deploy/left";
import { packModel } from "../../lib/deploy/pack";
import { type PackedConfig, packedShapes } from "../../lib/deploy/packed-config";
import type { PackedModel } from "../../lib/deploy/packed-model";
import { roundFloats } from "../../lib/deploy/round-floats";
import { presets } from "../../lib/train/presets";
import { initialParameters } from "../../lib/vit/parameters";
import { parseModelConfig } from "../../lib/vit/parse-config";
import { smallModel } from "../vit/small-model";
import { anyImages, anyMeaning, anyParameters, engineOf, origin, pack } from "./simulation";

const config = smallModel({ depth: 1, binarize: { mlp: "channel", qkv: "tensor", projection: "unscaled" } });
const left = packedConfig(config);
const dtypes = { dtypes: ["F32", "I16", "I8", "U8"] } as const;
/** What the engine of binvit 0.4.0 made of `binvit-0.4.safetensors`, a file that it wrote, and two images. */
const logits04 = [
  -0.11609980463981628, 1.505993127822876, 0.8771899342536926, -0.47645294666290283, 1.234377145767212,
  1.0014348030090332,
];
let model: PackedModel;

beforeAll(async () => {
  await useBackend("wasm");
  model = pack(config, anyParameters(config, 1));
});

describe("a packed file", () => {
  test("comes back with configuration, origin and every bit of its tensors", async () => {
    const file = await encodePackedModel(model);
    const back = await decodePackedModel(file);
    expect(back).toEqual(model);
    expect(await encodePackedModel(back)).toEqual(file);
    const images = anyImages(config, 3);
    expect(engineOf(back).forward(images, 3)).toEqual(engineOf(model).forward(images, 3));
  });

  test.each([16, 8] as const)(
    "with floats in %i bits comes back to the last bit, and expands to float32",
    async (bits) => {
      const large = smallModel({ mlpDim: 120, binarize: { mlp: "channel", qkv: "tensor" } });
      const rounded = roundFloats(pack(large, anyParameters(large, 1)), bits);
      const file = await encodePackedModel(rounded);
      const back = await decodePackedModel(file);
      expect(back).toEqual(rounded);
      expect(await encodePackedModel(back)).toEqual(file);
      const images = anyImages(large, 3);
      expect(engineOf(back).forward(images, 3)).toEqual(engineOf(rounded).forward(images, 3));
      const { arrays } = decodeSafetensors(file, "m", dtypes);
      const { data, shape } = arrays["blocks.mlp.fc1.bias"];
      expect(shape).toEqual([2, 120]);
      expect(data).toBeInstanceOf(bits === 16 ? Int16Array : Int8Array);
      for (let i = 0; i < 240; i++) {
        const value = rounded.tensors[`blocks.${i < 120 ? 0 : 1}.mlp.fc1.bias`].data[i % 120];
        const step = arrays["blocks.mlp.fc1.bias.step"].data[i < 120 ? 0 : 1];
        expect(data[i] * step).toBe(value);
      }
    },
  );

  test("of binvit 0.4 is read to the last bit", async () => {
    const before = smallModel({ binarize: { mlp: "channel", qkv: "tensor", projection: "unscaled" } });
    const file = readFileSync(join(__dirname, "binvit-0.4.safetensors"));
    expect(file.toString("latin1")).toContain('"format":"binvit.packed/3"');
    const read = await decodePackedModel(file);
    expect(read).toEqual(pack(before, anyParameters(before, 1)));
    expect([...engineOf(read).forward(anyImages(before, 2), 2)]).toEqual(logits04);
    for (let at = 0; at < file.length; at += 7) {
      const changed = Uint8Array.from(file);
      changed[at] ^= 1 << (at % 8);
      await expectRefused(changed, at);
    }
  });

  test("takes of a whole data set the statistics alone", async () => {
    const { pixels, classNames } = anyMeaning(config);
    const meaning = { pixels: { ...pixels, train: { pixels: new Uint8Array(9) } } as typeof pixels, classNames };
    const file = await encodePackedModel(packModel(config, anyParameters(config, 1), origin, meaning));
    expect(await decodePackedModel(file)).toEqual(model);
  });

  test("is read from the middle of a buffer", async () => {
    const file = await encodePackedModel(model);
    const shifted = Buffer.concat([Buffer.alloc(3), file]).subarray(3);
    expect(await decodePackedModel(shifted)).toEqual(model);
  });

  test("holds signs in rows of whole words, coefficients by their form, the rest under its own name", () => {
    const shapes = packedShapes(packedConfig(config));
    expect(shapes["blocks.0.mlp.fc2.weight.signs"]).toEqual({ dtype: "U8", shape: [8, 4] });
    expect(shapes["blocks.0.mlp.fc2.weight.alpha"]).toEqual({ dtype: "F32", shape: [8] });
    expect(shapes["blocks.0.attention.qkv.weight.alpha"]).toEqual({ dtype: "F32", shape: [1] });
    expect(shapes["blocks.0.attention.out.weight.alpha"]).toBeUndefined();
    expect(shapes["blocks.0.mlp.fc2.weight"]).toBeUndefined();
    expect(shapes["patch.kernel"]).toEqual({ dtype: "F32", shape: [2, 2, 2, 8] });
  });

  test("holds bit j of row o where the weight from input j to output o is negative, and the mean of abs(W) as α", () => {
    const parameters = anyParameters(config, 1);
    const { data } = parameters["blocks.0.mlp.fc1.weight"]; // [8, 12]
    const signs = model.tensors["blocks.0.mlp.fc1.weight.signs"].data;
    const alpha = model.tensors["blocks.0.mlp.fc1.weight.alpha"].data;
    for (let o = 0; o < 12; o++) {
      const column = Array.from({ length: 8 }, (_, j) => data[12 * j + o]);
      expect([...signs.subarray(4 * o, 4 * o + 4)]).toEqual([
        column.reduce((byte, weight, j) => byte + (weight < 0 ? 2 ** j : 0), 0),
        ...[0, 0, 0],
      ]);
      expect(alpha[o]).toBeCloseTo(column.reduce((sum, weight) => sum + Math.abs(weight), 0) / 8, 6);
    }
  });

  test.each([
    [32, 14.8],
    [16, 19.7],
    [8, 24],
  ] as const)(
    "of cifar-s with conv, mlp and mhsa binarized and floats in %i bits is %d times smaller",
    async (bits, times) => {
      const binarize = { conv: "channel", mlp: "channel", mhsa: "channel" } as const;
      const large = parseModelConfig({ ...presets["cifar-s"].model, binarize });
      const parameters = initialParameters(large, 1);
      const floats = encodeSafetensors(parameters).length;
      const packed = (await encodePackedModel(roundFloats(packModel(large, parameters, origin), bits))).length;
      expect(floats / packed).toBeGreaterThanOrEqual(times);
    },
  );
});

test.each([
  ["gsb", { levels: 3, share: "each", factor: "constant" }],
  ["bivit", { levels: 1, share: "each", factor: "constant" }],
  [
    { probabilities: { quantizer: "softmax-aware", scale: "row" }, operand: "lsq" },
    { share: "each", factor: "kept" },
  ],
  ["bhvit", { levels: 3, share: "none", factor: "constant" }],
] as const)("a file has a share for each threshold, where they follow the row: %j", (binarized, expected) => {
  const left = packedConfig(smallModel({ numHeads: 2, depth: 1, binarize: { values: binarized as "gsb" } }));
  expect(left.values).toMatchObject(expected);
  const { levels, share } = left.values as Exclude<PackedConfig["values"], "float">;
  const name = "blocks.0.attention.values.probabilities";
  const shape = { dtype: "F32", shape: [2, levels] };
  expect(packedShapes(left)[`${name}.threshold`]).toEqual(shape);
  expect(packedShapes(left)[`${name}.share`]).toEqual(share === "each" ? shape : undefined);
});

/** A model of zeros, which need not be one that `packModel` makes. */
const blankModel = (config: PackedConfig): PackedModel => ({
  ...{ config, origin },
  tensors: Object.fromEntries(
    Object.entries(packedShapes(config)).map(([name, { dtype, shape }]) => {
      const length = shape.reduce((product, size) => product * size, 1);
      return [name, { shape, data: dtype === "U8" ? new Uint8Array(length) : new Float32Array(length) }];
    }),
  ),
});

/** As `expect(…).rejects.toThrow(FileError)`, which for thousands of files takes longer than to read them. */
async function expectRefused(file: Uint8Array, at: number): Promise<void> {
  const outcome = await decodePackedModel(file).catch((error) => error);
  if (!(outcome instanceof FileError)) expect.unreachable(`byte ${at} gave ${outcome}`);
}

describe("a damaged file", () => {
  test("cut off anywhere is refused", async () => {
    const file = await encodePackedModel(model);
    for (let length = 0; length < file.length; length++) await expectRefused(file.subarray(0, length), length);
  });

  test("with any byte changed is refused", async () => {
    const file = await encodePackedModel(model);
    for (let at = 0; at < file.length; at++) {
      const changed = file.slice();
      changed[at] ^= 1 << (at % 8);
      await expectRefused(changed, at);
    }
  });
});

describe("a file that was made wrong is refused by name:", () => {
  const refused = async (changes: Partial<PackedModel>, reason: RegExp) => {
    const file = await encodePackedModel({ ...model, ...changes });
    await expect(decodePackedModel(file, "m.safetensors")).rejects.toThrow(FileError);
    await expect(decodePackedModel(file, "m.safetensors")).rejects.toThrow(reason);
    await expect(decodePackedModel(file, "m.safetensors")).rejects.toThrow(/^m\.safetensors is not a sound/);
  };
  const withConfig = (changes: object) => ({ config: { ...left, ...changes } as PackedConfig });
  const withTensor = (name: string, tensor: PackedModel["tensors"][string] | undefined) =>
    ({
      tensors: Object.fromEntries(Object.entries({ ...model.tensors, [name]: tensor }).filter(([, value]) => value)),
    }) as Partial<PackedModel>;
  /** A copy of a tensor with one number changed. */
  const changed = (name: string, at: number, value: number) => {
    const { shape, data } = model.tensors[name];
    const copy = data.slice();
    copy[at] = value;
    return withTensor(name, { shape, data: copy });
  };

  test("configurations", async () => {
    await refused(withConfig({ depth: 2 }), /"blocks\.norm1\.gamma" is F32 1×8, .* expects F32\/I16\/I8 2×8/);
    await refused(withConfig({ widht: 3 }), /model: unknown key "widht"/);
    await refused(withConfig({ numHeads: 3 }), /model\.embedDim must be a multiple of numHeads/);
    await refused(withConfig({ imageSize: 0 }), /model\.imageSize: expected a whole number from 1 to 65536, got 0/);
    await refused(withConfig({ imageSize: 5 }), /model\.imageSize must be a multiple of patchSize, got 5 and 2/);
    await refused(withConfig({ pooling: undefined }), /model\.pooling: expected "class-token" or "mean", got nothing/);
    await refused(withConfig({ pooling: "toString" }), /model\.pooling: .* got "toString"/);
    await refused(withConfig({ normEpsilon: Number.NaN }), /model\.normEpsilon: expected a number above 0, got null/);
    const withLayer = (layer: unknown) => withConfig({ layers: { ...left.layers, qkv: layer } });
    await refused(withLayer("channel"), /model\.layers\.qkv: expected "float", got "channel"/);
    await refused(withLayer([]), /model\.layers\.qkv: expected an object, got a list/);
    await refused(withLayer({}), /model\.layers\.qkv\.inputs: expected "float" or .*, got nothing/);
    await refused(withLayer({ ...(left.layers.qkv as object), alpha: 1 }), /qkv\.alpha: expected "none" or/);
    await refused(withConfig({ layers: "float" }), /model\.layers: expected an object, got "float"/);
    await refused(withConfig({ scores: "channel" }), /model\.scores: expected "float"/);
    await refused(withConfig({ activation: "tanh" }), /model\.activation: expected "gelu" or/);
    const scores = { threshold: "none", factor: "none", correction: "table" };
    await refused(withConfig({ scores }), /tensor "blocks\.attention\.scores\.scale" is missing/);
    const values = { levels: 17, share: "none", factor: "kept", threshold: "none", scale: "none" };
    await refused(withConfig({ values }), /model\.values\.levels: expected a whole number from 1 to 16, got 17/);
    for (const [key, complete] of Object.entries({ scores, values: { ...values, levels: 1 } })) {
      await refused(withConfig({ [key]: { ...complete, rate: 1 } }), new RegExp(`model\\.${key}: unknown key "rate"`));
      for (const part of Object.keys(complete)) {
        const missing = new RegExp(`model\\.${key}\\.${part}: expected .*, got nothing`);
        await refused(withConfig({ [key]: { ...complete, [part]: undefined } }), missing);
        const reason = new RegExp(`model\\.${key}\\.${part}: expected .*, got true`);
        await refused(withConfig({ [key]: { ...complete, [part]: true } }), reason);
      }
    }
    for (const part of Object.keys(left.layers.qkv)) {
      const reason = new RegExp(`model\\.layers\\.qkv\\.${part}: expected .*, got "other"`);
      await refused(withLayer({ ...(left.layers.qkv as object), [part]: "other" }), reason);
    }
    await refused(withLayer({ ...(left.layers.qkv as object), center: true }), /layers\.qkv: unknown key "center"/);
    await refused(withConfig({ layers: { ...left.layers, head: "float" } }), /model\.layers: unknown key "head"/);
    await refused(withConfig({ binarize: {} }), /model: unknown key "binarize"/);
    await refused(withConfig({ stem: "linear" }), /model\.stem: expected "patch" or "conv", got "linear"/);
    await refused(withConfig({ stem: "conv" }), /model\.layers must have conv2 with stem "conv" and only there/);
    await refused(withConfig({ pooling: "mean" }), /"positionEmbedding" is F32 1×5×8, .* expects F32\/I16\/I8 1×4×8/);
  });

  test("sizes that would need huge allocations, at once", async () => {
    const startedAt = performance.now();
    await refused(withConfig({ depth: 65_536 }), /expects F32\/I16\/I8 65536×8/);
    await refused(withConfig({ embedDim: 65_532 }), /expects F32\/I16\/I8 2×2×2×65532/);
    await refused(withConfig({ numClasses: 2 ** 50 }), /expects F32\/I16\/I8 8×1125899906842624/);
    await refused(withConfig({ imageSize: 65_536, patchSize: 1 }), /the configuration expects F32\/I16\/I8 1×1×2×8/);
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });

  test("sums of more signs than the engine counts, as the engine refuses them itself", async () => {
    const signs = left.layers.fc2 as object;
    const inBits = { inputs: "signs", alpha: "none", threshold: "none", factor: "none" } as const;
    const layers = { ...left.layers, qkv: "float", projection: "float" } as const;
    const scores = { threshold: "none", factor: "none", correction: "none" } as const;
    const values = { levels: 1, share: "none", factor: "kept", threshold: "none", scale: "none" } as const;
    const conv = { ...layers, conv: inBits };
    const expected: [Partial<PackedConfig>, string][] = [
      [{ mlpDim: 65_536 }, "layers.fc2 has 65536 inputs that are signs, and the engine counts at most 65532"],
      [{ imageSize: 256, patchSize: 256, channels: 3, layers: conv }, "layers.conv has 196608 inputs that are signs"],
      [{ embedDim: 65_536, numHeads: 1, layers: { ...layers, fc1: "float" }, scores }, "scores are of 65536 signs"],
      [
        { imageSize: 512, patchSize: 2, layers, values },
        "values are of 65537 tokens, and the engine counts at most 32767",
      ],
    ];
    for (const [changes, reason] of expected) {
      await refused(withConfig(changes), new RegExp(`model\\.${reason}`));
      const engine = () => createEngine({ ...model, ...withConfig(changes) });
      expect(engine, reason).toThrow(ConfigError);
      expect(engine, reason).toThrow(`model.${reason}`);
    }
    for (const [mlpDim, layer] of [
      [65_532, signs],
      [65_536, { ...signs, inputs: "float" }],
    ] as const) {
      const blank = blankModel({ ...left, mlpDim, layers: { ...left.layers, fc2: layer } } as PackedConfig);
      expect(await decodePackedModel(await encodePackedModel(blank))).toEqual(blank);
    }
    await expect(decodePackedModel(await encodePackedModel(blankModel({ ...left, mlpDim: 65_536 })))).rejects.toThrow(
      FileError,
    );
  });

  test("tensors", async () => {
    const { data, shape } = model.tensors["blocks.0.mlp.fc1.weight.signs"];
    await refused(withTensor("head.bias", undefined), /tensor "head\.bias" is missing, .* expects F32\/I16\/I8 3/);
    await refused(withTensor("extra", { shape: [1], data: Float32Array.of(1) }), /"extra" is F32 1, .* no such tensor/);
    for (const name of ["constructor", "toString", "hasOwnProperty"]) {
      const reason = new RegExp(`"${name}" is U8 0, the configuration expects no such tensor`);
      await refused(withTensor(name, { shape: [0], data: new Uint8Array(0) }), reason);
    }
    const file = await encodePackedModel({
      ...model,
      ...withTensor("__proto_x", { shape: [1], data: new Uint8Array(1) }),
    });
    const text = Buffer.from(file).toString("latin1").replace("__proto_x", "__proto__");
    await expect(decodePackedModel(Buffer.from(text, "latin1"))).rejects.toThrow(
      /"__proto__" is U8 1, .* no such tensor/,
    );
    await refused(withTensor("__proto__x", { shape: [0], data: new Uint8Array(0) }), /"__proto__x" is U8 0/);
    const name = "blocks.0.mlp.fc1.weight.signs";
    await refused(
      withTensor(name, { shape: [4, 12], data }),
      /"blocks\.mlp\.fc1\.weight\.signs" is U8 1×4×12, .* U8 1×12×4/,
    );
    await refused(withTensor(name, { shape, data: new Float32Array(48) }), /is F32 1×12×4, .* expects U8 1×12×4/);
    await refused(
      withTensor("head.bias", { shape: [3], data: new Uint8Array(3) }),
      /"head\.bias" is U8 3, .* F32\/I16\/I8 3/,
    );
  });

  test("any distance of shifted tokens", async () => {
    const expected: [unknown, RegExp][] = [
      [undefined, /model\.shift: expected a list, got nothing/],
      [1, /model\.shift: expected a list, got 1/],
      [[0], /model\.shift\.0: expected a whole number from 1 to 65536, got 0/],
      [[1.5], /model\.shift\.0: expected a whole number from 1 to 65536, got 1\.5/],
      [["1"], /model\.shift\.0: expected a whole number from 1 to 65536, got "1"/],
      [[1, 1, 1, 1, 1], /model\.shift: expected at most 4 of them, got 5/],
      [[1, 1], /model\.shift: expected distances below 2, the patches of a side, each once, got 1, 1/],
      [[2], /model\.shift: expected distances below 2, the patches of a side, each once, got 2/],
      [[1], /tensor "blocks\.mlp\.shift\.1\.scale" is missing, .* expects F32\/I16\/I8 1×3×8/],
    ];
    for (const [shift, reason] of expected) await refused(withConfig({ shift }), reason);
    const shifted = pack(smallModel({ shift: [1] }), anyParameters(smallModel({ shift: [1] }), 1));
    expect(await decodePackedModel(await encodePackedModel(shifted))).toEqual(shifted);
    await refused({ ...shifted, config: { ...shifted.config, shift: [] } }, /shift\.1\.\w+" is F32 .* no such tensor/);
  });

  test.each(["bit", "bvt-ima", "bhvit", "react-net", "xnor-plus", "gsb", "bivit"] as const)(
    "any tensor of %s",
    async (name) => {
      const all = { conv: name, mlp: name, mhsa: name, ...(name !== "xnor-plus" && { scores: name, values: name }) };
      const activation = name === "react-net" ? "rprelu" : "gelu";
      const config = smallModel({ depth: 1, activation, binarize: all });
      const other = pack(config, anyParameters(config, 1));
      const refusedWith = async (key: string, tensor: PackedModel["tensors"][string] | undefined, reason: RegExp) => {
        const entries = Object.entries({ ...other.tensors, [key]: tensor }).filter(([, value]) => value);
        const file = await encodePackedModel({
          ...other,
          tensors: Object.fromEntries(entries) as PackedModel["tensors"],
        });
        await expect(decodePackedModel(file), key).rejects.toThrow(reason);
      };
      expect(await decodePackedModel(await encodePackedModel(other))).toEqual(other);
      for (const [key, { shape, data }] of Object.entries(other.tensors)) {
        await refusedWith(key, undefined, / is missing, the configuration expects /);
        await refusedWith(key, { shape: [1, ...shape], data }, / the configuration expects /);
        if (!(data instanceof Float32Array)) continue;
        await refusedWith(
          key,
          { shape, data: data.slice().fill(Number.NaN, 0, 1) },
          /holds numbers that are not finite/,
        );
      }
    },
  );

  test("floats in fewer bits, and their steps", async () => {
    const large = smallModel({ mlpDim: 120, binarize: { mlp: "channel" } });
    const rounded = roundFloats(pack(large, anyParameters(large, 1)), 8);
    const { arrays, metadata } = decodeSafetensors(await encodePackedModel(rounded), "m", dtypes);
    const refusedWith = async (changes: Record<string, unknown>, reason: RegExp, texts = {}) => {
      const all = Object.entries({ ...arrays, ...changes }).filter(([, value]) => value);
      const file = encodeSafetensors(Object.fromEntries(all) as typeof arrays, { ...metadata, ...texts });
      await expect(decodePackedModel(file)).rejects.toThrow(reason);
    };
    const name = "blocks.mlp.fc1.bias";
    const step = arrays[`${name}.step`];
    await refusedWith({ [`${name}.step`]: undefined }, /fc1\.bias\.step" is missing, .* F32 2×1/);
    await refusedWith({ [`${name}.step`]: { shape: [2], data: step.data } }, /fc1\.bias\.step" is F32 2, .* F32 2×1/);
    const half = { shape: [2, 1], data: Int16Array.of(1, 1) };
    await refusedWith({ [`${name}.step`]: half }, /fc1\.bias\.step" is I16 2×1, .* expects F32 2×1/);
    for (const bad of [0, -1, Number.NaN]) {
      await refusedWith(
        { [`${name}.step`]: { shape: [2, 1], data: Float32Array.of(bad, 1) } },
        /a step that is not above 0/,
      );
    }
    const huge = { shape: [2, 1], data: Float32Array.of(1, 3e38) };
    await refusedWith({ [`${name}.step`]: huge }, /"blocks\.1\.mlp\.fc1\.bias" holds numbers that are not finite/);
    await refusedWith({ [name]: undefined }, /fc1\.bias" is missing/);
    await refusedWith({ "norm.gamma.step": { shape: [1], data: Float32Array.of(1) } }, /no such tensor/);
    const signs = arrays["blocks.mlp.fc1.weight.signs"];
    const asI8 = { shape: signs.shape, data: new Int8Array(signs.data) };
    await refusedWith({ "blocks.mlp.fc1.weight.signs": asI8 }, /is I8 2×120×4, .* expects U8 2×120×4/);
  });

  test("floats in fewer bits in a file of the format before", async () => {
    const file = readFileSync(join(__dirname, "binvit-0.4.safetensors"));
    const { arrays, metadata } = decodeSafetensors(file, "m", dtypes);
    const halves = { ...arrays, "norm.gamma": { shape: [8], data: new Int16Array(8) } };
    await expect(decodePackedModel(encodeSafetensors(halves, metadata))).rejects.toThrow(
      /"norm\.gamma" is I16 8, the configuration expects F32 8/,
    );
  });

  test("padding bits, and numbers that are not finite", async () => {
    await refused(
      changed("blocks.0.mlp.fc1.weight.signs", 4 * 3 + 1, 1),
      /fc1\.weight\.signs" has padding bits .* row 3/,
    );
    await refused(changed("blocks.0.mlp.fc2.weight.signs", 1, 16), /fc2\.weight\.signs" has padding bits .* row 0/);
    await refused(
      changed("blocks.0.mlp.fc1.weight.alpha", 5, Number.NaN),
      /fc1\.weight\.alpha" holds numbers .* not finite/,
    );
    await refused(changed("head.bias", 0, Number.NEGATIVE_INFINITY), /"head\.bias" holds numbers/);
  });

  test("origin and metadata", async () => {
    await refused({ origin: { ...origin, seed: "one" } as never }, /run\.seed: expected a whole number, got "one"/);
    await refused(
      { origin: { ...origin, dataset: { name: "digits" } } as never },
      /run\.dataset\.sha256: expected a text/,
    );
    const withPixels = (changes: object) => ({ pixels: { ...anyMeaning(config).pixels, ...changes } }) as never;
    await refused(withPixels({ mean: [0.5] }), /pixels\.mean: expected 2 of them, got 1/);
    await refused(withPixels({ std: [1, 0] }), /pixels\.std\.1: expected a number above 0, got 0/);
    await refused(withPixels({ maxValue: 256 }), /pixels\.maxValue: expected a whole number from 1 to 255, got 256/);
    await refused({ classNames: ["a", "b"] }, /classNames: expected 3 of them, got 2/);
    await refused({ classNames: ["a", "b", 3] as never }, /classNames\.2: expected a text, got 3/);
    const { arrays, metadata } = decodeSafetensors(await encodePackedModel(model), "m", dtypes);
    const cases: [Record<string, string | undefined>, RegExp][] = [
      [
        { format: "binvit.packed/1" },
        /format binvit\.packed\/1, expected .*\/4: an earlier binvit wrote it, .* Train the run again/,
      ],
      [
        { format: "binvit.packed/2" },
        /format binvit\.packed\/2, expected .*\/4: binvit 0\.3 wrote it\. .* pack it again/,
      ],
      [{ format: "binvit.packed/5" }, /format binvit\.packed\/5, expected .*\/4, .* Use the binvit that wrote it/],
      [{ format: "binvit.packed/3" }, /tensors? "blocks\.0\.norm1\.gamma" is missing/],
      [{ format: "binvit.weights/1" }, /its format is "binvit\.weights\/1", expected "binvit\.packed\/4"/],
      [{ format: undefined }, /its format is undefined/],
      [{ model: "[".repeat(200_000) }, /its metadata "model" is not JSON/],
      [{ model: "[".repeat(200_000) + "]".repeat(200_000) }, /model: expected an object, got a list/],
      [{ model: "{" }, /its metadata "model" is not JSON/],
      [{ model: undefined }, /model: expected an object, got null/],
      [{ pixels: "5" }, /pixels: expected an object, got 5/],
      [{ classNames: '{"0":"a"}' }, /classNames: expected a list, got an object/],
      [{ sha256: undefined }, /it states no SHA-256/],
      [{ sha256: "" }, /it states no SHA-256/],
      [{ sha256: "f".repeat(64) }, /its SHA-256 is [0-9a-f]{12}…, it states ffffffffffff…/],
    ];
    for (const [changes, reason] of cases) {
      const texts = Object.entries({ ...metadata, ...changes }).filter(
        (entry): entry is [string, string] => !!entry[1] || entry[1] === "",
      );
      const file = encodeSafetensors(arrays, Object.fromEntries(texts));
      await expect(decodePackedModel(file)).rejects.toThrow(FileError);
      await expect(decodePackedModel(file)).rejects.toThrow(reason);
    }
  });
});
