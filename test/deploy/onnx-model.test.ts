import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import { onnxRuntime } from "../../lib/bench/onnxruntime";
import { type Binarizer, binarizers } from "../../lib/binarize/binarizer";
import { onnxMatMul } from "../../lib/deploy/onnx-matmul";
import { onnxModel } from "../../lib/deploy/onnx-model";
import { ConfigError } from "../../lib/errors";
import { Random } from "../../lib/random";
import type { ModelConfig } from "../../lib/vit/config";
import { forward } from "../../lib/vit/model";
import { initialParameters, type ParameterArrays, toTensors } from "../../lib/vit/parameters";
import { type ModelInput, parseModelConfig } from "../../lib/vit/parse-config";

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

async function worstLogit(config: ModelConfig, seed: number, images = 3): Promise<number> {
  const arrays = parameters(config, seed);
  const { imageSize: side, channels } = config;
  const shape = [images, side, side, channels];
  const data = floats(new Random(seed, 1), images * side * side * channels);
  const logits = await runOnnx(onnxModel(config, arrays), "images", shape, data, "logits");
  const expected = tf.tidy(() => readFloats(forward(config, toTensors(arrays), tf.tensor(data, shape))));
  expect(logits.length).toBe(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - logits[i])));
}

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
    expect(await worstLogit(model(changes), 1, images)).toBeLessThan(1e-5);
  });

  test.each(Object.entries(binarizers))("logits within 1e-4, all layers %s", async (_, binarizer) => {
    const binarize = { conv: binarizer, mlp: binarizer, mhsa: binarizer };
    for (const seed of [1, 2]) expect(await worstLogit(model({ binarize }), seed)).toBeLessThan(1e-4);
  });

  test.each<[string, Partial<Binarizer>]>([
    ["centered channel", { ...binarizers.channel, center: true }],
    ["centered tensor", { ...binarizers.tensor, center: true }],
    ["learned tensor", { ...binarizers.learned, scale: "learned-tensor" }],
    ["token-scaled W1A32", { ...binarizers.xnor, activation: "none" }],
  ])("logits within 1e-4, MLP and MHSA %s", async (_, how) => {
    expect(await worstLogit(model({ binarize: { mlp: how, mhsa: how } }), 3)).toBeLessThan(1e-4);
  });

  test.each(["unscaled", "channel"] as const)("logits within 1e-4, %s scores and values", async (name) => {
    expect(await worstLogit(model({ binarize: { scores: name } }), 4)).toBeLessThan(1e-4);
    expect(await worstLogit(model({ binarize: { values: name } }), 4)).toBeLessThan(1e-4);
    expect(await worstLogit(model({ binarize: { scores: name, values: name } }), 5)).toBeLessThan(1e-4);
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

describe("what cannot be exported is refused", () => {
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
