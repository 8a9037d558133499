import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import { ConfigError, FileError } from "../../lib/base/errors";
import { Random } from "../../lib/base/random";
import { type MethodName, methods } from "../../lib/binarize/methods";
import { packModel } from "../../lib/deploy/pack";
import { onnxRuntime } from "../../lib/measure/onnxruntime";
import { operatorSets } from "../../lib/onnx/graph";
import { onnxMatMul } from "../../lib/onnx/matmul";
import { type OnnxOptions, onnxModel } from "../../lib/onnx/model";
import type { ModelConfig } from "../../lib/vit/config";
import { forward } from "../../lib/vit/model";
import { initialParameters, type ParameterArrays, toTensors } from "../../lib/vit/parameters";
import type { ShortBinarizer } from "../../lib/vit/parse-binarize";
import { type ModelInput, parseModelConfig } from "../../lib/vit/parse-config";
import { origin } from "../deploy/simulation";
import { readOnnx } from "./read-onnx";

const runtime = onnxRuntime(require);
const reason = "missing" in runtime ? ` (skipped: ${runtime.missing})` : "";

const floats = (random: Random, count: number) => Float32Array.from({ length: count }, () => random.normal());

/** Odd sizes: 9 patches of 3×3×1 pixels, width 33, hidden width 31. */
const model = (changes: Partial<ModelInput> = {}): ModelConfig =>
  parseModelConfig({
    ...{ imageSize: 9, patchSize: 3, channels: 1, embedDim: 33, depth: 2, numHeads: 3, mlpDim: 31, numClasses: 5 },
    ...changes,
  });

/** Every parameter random: a bias of 0 would leave sums of signs that are exactly 0 or nearly so. */
function parameters(config: ModelConfig, seed: number): ParameterArrays {
  const random = new Random(seed);
  const arrays = initialParameters(config, seed);
  for (const { data } of Object.values(arrays)) {
    for (let i = 0; i < data.length; i++) data[i] = Math.fround(data[i] + 0.1 * random.normal());
  }
  return arrays;
}

async function runOnnx(model: Uint8Array, input: string, shape: number[], data: Float32Array, output: string) {
  if ("missing" in runtime) throw new Error(runtime.missing);
  const session = await runtime.open(model, { name: input, shape, data }, output);
  const values = (await session.run()).slice();
  await session.release();
  return values;
}

async function worstLogit(
  config: ModelConfig,
  seed: number,
  { images = 3, ...options }: OnnxOptions & { readonly images?: number } = {},
): Promise<number> {
  const arrays = parameters(config, seed);
  const { imageSize: side, channels } = config;
  const shape = [images, side, side, channels];
  const data = floats(new Random(seed, 1), images * side * side * channels);
  const { rawPixels, pixels } = options;
  const raw = data.map((x, i) => (x * pixelsOf.std[i % channels] + pixelsOf.mean[i % channels]) * pixelsOf.maxValue);
  const input = rawPixels && pixels ? raw : data;
  const logits = await runOnnx(onnxModel(config, arrays, options), "images", shape, input, "logits");
  const expected = tf.tidy(() => readFloats(forward(config, toTensors(arrays), tf.tensor(data, shape))));
  expect(logits.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - logits[i])));
}

const pixelsOf = { mean: [0.3, 0.4, 0.5], std: [0.25, 0.2, 0.3], maxValue: 255 };

const classNames = ["a", "b", "c", "d", "\u96f6"];

beforeAll(async () => {
  await useBackend("wasm");
});

describe.skipIf(reason !== "")(`ONNX in onnxruntime${reason}`, () => {
  test.each([
    ["the odd sizes", {}, 3],
    ["one image of one patch", { imageSize: 3, numHeads: 1 }, 1],
    ["mean pooling", { pooling: "mean" as const }, 2],
    ["three channels, 65 tokens", { imageSize: 32, patchSize: 4, channels: 3, embedDim: 64, numHeads: 2 }, 5],
  ])("float logits are those of forward within 1e-5: %s", async (_, changes, images) => {
    expect(await worstLogit(model(changes), 1, { images })).toBeLessThan(1e-5);
  });

  test.each(Object.keys(methods).filter((name) => name !== "real-to-binary") as MethodName[])(
    "logits within 1e-4, all layers %s",
    async (name) => {
      const binarize = { conv: name, mlp: name, mhsa: name };
      for (const seed of [1, 2]) expect(await worstLogit(model({ binarize }), seed)).toBeLessThan(1e-4);
    },
  );

  test.each<[string, ShortBinarizer]>([
    ["centered channel", { center: true }],
    ["centered tensor", { scale: "tensor", center: true }],
    ["learned tensor", { scale: "learned-tensor" }],
    ["token-scaled W1A32", { activationScale: "token", activation: "none" }],
  ])("logits within 1e-4, MLP and MHSA %s", async (_, how) => {
    expect(await worstLogit(model({ binarize: { mlp: how, mhsa: how } }), 3)).toBeLessThan(1e-4);
  });

  test.each(["unscaled", "channel"] as const)("logits within 1e-4, %s scores and values", async (name) => {
    expect(await worstLogit(model({ binarize: { scores: name } }), 4)).toBeLessThan(1e-4);
    expect(await worstLogit(model({ binarize: { values: name } }), 4)).toBeLessThan(1e-4);
    expect(await worstLogit(model({ binarize: { scores: name, values: name } }), 5)).toBeLessThan(1e-4);
  });

  test.each(["bit", "bvt-ima", "bhvit", "lsq", "react-net"] as const)(
    "logits within 1e-4, everything %s",
    async (name) => {
      const binarize = { conv: name, mlp: name, mhsa: name, scores: name, values: name };
      const activation = name === "react-net" ? "rprelu" : name === "bit" ? "relu" : "gelu";
      for (const operatorSet of [17, 23]) {
        expect(await worstLogit(model({ binarize, activation }), 6, { operatorSet })).toBeLessThan(1e-4);
      }
    },
  );

  test.each(operatorSets)("logits within 1e-4 in operator set %i, float and binarized", async (operatorSet) => {
    for (const name of ["off", "xnor"] as const) {
      const pooling = name === "off" ? "class-token" : "mean";
      const binarize = { conv: name, mlp: name, mhsa: name };
      expect(await worstLogit(model({ pooling, binarize }), 7, { operatorSet })).toBeLessThan(1e-4);
    }
    const binarize = {
      mhsa: { qkv: "channel", scores: "channel", values: "unscaled", projection: "channel" },
    } as const;
    expect(await worstLogit(model({ binarize }), 8, { operatorSet })).toBeLessThan(1e-4);
  });

  test("raw pixels give the logits of normalized ones", async () => {
    const options = { pixels: pixelsOf, rawPixels: true };
    expect(await worstLogit(model({ channels: 3 }), 9, options)).toBeLessThan(1e-4);
    expect(await worstLogit(model({ channels: 3, binarize: { mlp: "channel" } }), 9, options)).toBeLessThan(1e-4);
  });

  test("one product within 1e-5, for any number of rows", async () => {
    const random = new Random(6);
    const b = { shape: [33, 7] as const, data: floats(random, 33 * 7) };
    for (const rows of [1, 3, 65]) {
      const a = floats(random, rows * 33);
      const product = await runOnnx(onnxMatMul(b), "A", [rows, 33], a, "C");
      const at = (i: number, j: number) =>
        b.data.reduce((sum, _, k) => (k < 33 ? sum + a[i * 33 + k] * b.data[k * 7 + j] : sum), 0);
      product.forEach((value, i) => {
        expect(Math.abs(value - at(Math.floor(i / 7), i % 7))).toBeLessThan(1e-5);
      });
    }
  });
});

describe("an ONNX file states", () => {
  test("its operator set, and the version of the format that came with it", () => {
    const config = model();
    const versions = (operatorSet?: number) => {
      const { irVersion, operatorSet: found } = readOnnx(onnxModel(config, parameters(config, 1), { operatorSet }));
      return [found, irVersion];
    };
    const expected = [
      [17, 8],
      [18, 8],
      [19, 9],
      [20, 9],
      [21, 10],
      [22, 10],
      [23, 11],
    ];
    expect(operatorSets.map(versions)).toEqual(expected);
    expect(versions()).toEqual([17, 8]);
  });

  test("only operators that its set has", () => {
    const config = model({ binarize: { mlp: "xnor" } });
    const operators = (operatorSet: number) =>
      readOnnx(onnxModel(config, parameters(config, 1), { operatorSet })).operators;
    for (const set of [17, 18, 19]) expect(operators(set)).not.toContain("Gelu");
    for (const set of [20, 21, 22]) expect(operators(set)).toContain("Gelu");
    for (const set of [17, 20, 22]) expect(operators(set)).not.toContain("Attention");
    expect(operators(23)).toContain("Attention");
  });

  // Without that, onnxruntime 1.12 gives NaN for a token whose entries are all equal; later ones do not need it.
  test("that every token is moved to its first entry before it is normed", () => {
    const unmoved = (operatorSet: number, config: ModelConfig) => {
      const { operators } = readOnnx(onnxModel(config, parameters(config, 1), { operatorSet }));
      return operators.filter((name, i) => name === "LayerNormalization" && operators[i - 1] !== "Sub").length;
    };
    for (const set of [17, 20, 22]) expect(unmoved(set, model())).toBe(0);
    expect(unmoved(23, model({ binarize: { mlp: "channel", qkv: "channel" } }))).toBe(1); // before the float head
    expect(unmoved(23, model())).toBe(5);
  });

  test("what its pixels and classes mean", () => {
    const config = model({ channels: 3 });
    const metadata = (options: OnnxOptions) => readOnnx(onnxModel(config, parameters(config, 1), options)).metadata;
    expect(metadata({})).toEqual({ input: '"normalized"' });
    const texts = {
      mean: "[0.3,0.4,0.5]",
      std: "[0.25,0.2,0.3]",
      maxValue: "255",
      classNames: '["a","b","c","d","\u96f6"]',
    };
    expect(metadata({ pixels: pixelsOf, classNames })).toEqual({ ...texts, input: '"normalized"' });
    const withMore = { ...pixelsOf, train: new Uint8Array(9) } as typeof pixelsOf; // as a data set has
    expect(metadata({ pixels: withMore, classNames })).toEqual({ ...texts, input: '"normalized"' });
    expect(metadata({ pixels: pixelsOf, classNames, rawPixels: true })).toEqual({ ...texts, input: '"raw pixels"' });
  });
});

describe("what cannot be exported is refused", () => {
  test.each<[Partial<ModelInput>["binarize"], RegExp]>([
    [{ fc1: "real-to-binary" }, /binarize\.fc1 multiplies by what a network makes of its input/],
    [{ qkv: { weight: "off", input: "channel" } }, /binarize\.qkv leaves weights as they are/],
    [{ values: { probabilities: { quantizer: "gate" }, operand: "channel" } }, /leaves no thresholds/],
  ])("%j, in ONNX and packed", (binarize, message) => {
    const config = model({ binarize });
    for (const make of [
      () => onnxModel(config, parameters(config, 1)),
      () => packModel(config, parameters(config, 1), origin),
    ]) {
      expect(make).toThrow(ConfigError);
      expect(make).toThrow(message);
    }
  });

  test("a quantizer that nobody knows", () => {
    const { binarize, ...sizes } = model({ binarize: { fc1: "channel" } });
    const fc1 = { weight: { quantizer: "rms" }, input: "off" } as const;
    const wrong = { ...sizes, binarize: { ...binarize, fc1 } };
    expect(() => onnxModel(wrong, parameters(model(), 1))).toThrow(/no weight quantizer "rms"/);
  });

  test("a pooling that it does not know", () => {
    const config = { ...model(), pooling: "max" } as unknown as ModelConfig;
    expect(() => onnxModel(config, parameters(model({ pooling: "mean" }), 1))).toThrow(/the pooling "max"/);
  });

  test.each([0, 9, 16, 24, 17.5, Number.NaN])("operator set %d", (operatorSet) => {
    const refused = () => onnxModel(model(), parameters(model(), 1), { operatorSet });
    expect(refused).toThrow(ConfigError);
    expect(refused).toThrow(`Operator set ${operatorSet} cannot be written: expected 17 to 23.`);
  });

  test("statistics of other data, or none where they are needed", () => {
    const config = model();
    const refused = (options: OnnxOptions) => () => onnxModel(config, parameters(config, 1), options);
    expect(refused({ pixels: pixelsOf })).toThrow(/mean has 3 entries, the model expects 1\./);
    expect(refused({ classNames: ["a"] })).toThrow(/classNames has 1 entries, the model expects 5\./);
    expect(refused({ rawPixels: true })).toThrow(/Raw pixels need statistics/);
  });

  test("a parameter that is not finite", () => {
    const arrays = parameters(model(), 1);
    arrays["blocks.0.norm1.beta"].data[3] = Number.NaN;
    expect(() => onnxModel(model(), arrays)).toThrow(FileError);
    expect(() => onnxModel(model(), arrays)).toThrow(/"blocks\.0\.norm1\.beta" holds numbers that are not finite/);
  });

  test("a parameter that is missing or of another shape", () => {
    const config = model();
    const { "blocks.1.mlp.fc1.bias": _, ...rest } = parameters(config, 1);
    expect(() => onnxModel(config, rest)).toThrow(ConfigError);
    expect(() => onnxModel(config, rest)).toThrow(/"blocks\.1\.mlp\.fc1\.bias" is missing, the model expects \[31\]/);
    const wider = parameters(model({ mlpDim: 32 }), 1);
    expect(() => onnxModel(config, wider)).toThrow(/"blocks\.0\.mlp\.fc1\.weight" is \[33,32\] .* expects \[33,31\]/);
  });

  test("a learned coefficient that is missing, and an array cut short", () => {
    const config = model({ binarize: { mlp: "learned" } });
    expect(() => onnxModel(config, parameters(model(), 1))).toThrow(/"blocks\.0\.mlp\.fc1\.scale" is missing/);
    const cut = { ...parameters(config, 1), classToken: { shape: [1, 1, 33], data: new Float32Array(32) } };
    expect(() => onnxModel(config, cut)).toThrow(/"classToken" is \[1,1,33\] with 32 values/);
  });
});
