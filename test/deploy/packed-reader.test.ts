import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { kitRoot } from "../../lib/base/kit-root";
import { scaleForms } from "../../lib/binarize/methods/scaled-sign";
import { loadDataset } from "../../lib/data/load";
import { createEngine } from "../../lib/deploy/engine";
import { encodePackedModel } from "../../lib/deploy/format";
import { packModel } from "../../lib/deploy/pack";
import type { PackedModel } from "../../lib/deploy/packed-model";
import { predictedClasses } from "../../lib/deploy/predicted-classes";
import { roundFloats } from "../../lib/deploy/round-floats";
import { parseRunConfig } from "../../lib/train/run-config";
import { train } from "../../lib/train/train";
import type { ModelConfig } from "../../lib/vit/config";
import { smallModel } from "../vit/small-model";
import { type MethodCase, noisyParameters, packable, shifted } from "./method-cases";
import { readPackedModel } from "./packed-reader";
import { anyMeaning, anyParameters, origin, pack } from "./simulation";

beforeAll(async () => {
  await useBackend("wasm");
});

/** Largest difference of a logit, image by image. */
function differences(a: Float32Array, b: readonly Float64Array[]): number[] {
  return b.map((row, i) => Math.max(...row.map((value, c) => Math.abs(value - a[i * row.length + c]))));
}

async function readerOf(model: PackedModel) {
  return readPackedModel(await encodePackedModel(model));
}

describe("a reader written from docs/packed-model.md alone", () => {
  test("imports nothing", () => {
    const source = readFileSync(join(kitRoot(), "test", "deploy", "packed-reader.ts"), "utf8");
    expect(source).not.toMatch(/^\s*import|import\(|require\(/m);
  });

  test.each(["unscaled", "channel"])("gives all 360 test digits the engine's class, mlp+mhsa/%s", async (scale) => {
    const digits = await loadDataset({ name: "digits", trainLimit: 320 });
    const config = parseRunConfig({
      extends: "digits",
      dataset: { trainLimit: 320 },
      model: { embedDim: 32, mlpDim: 64, depth: 2, binarize: { mlp: scale, mhsa: scale } },
      training: { epochs: 3, warmupEpochs: 1 },
    });
    const { parameters } = await train(config, 1, digits);
    const model = packModel(config.model, parameters, origin, { pixels: digits, classNames: digits.classNames });
    const { pixels, count } = digits.test;
    const engine = createEngine(model);
    let farOut = 0; // hidden units where GELU underflows in float32
    const logits = engine.forward(pixels, count, (layer, sums) => {
      if (layer.endsWith("fc1")) farOut += sums.filter((sum) => sum < -12).length;
    });
    expect(farOut).toBeGreaterThan(1000);
    const reader = await readerOf(model);
    expect(reader.classNames).toEqual(digits.classNames);
    const read = Array.from({ length: count }, (_, i) =>
      reader.logits(reader.normalize(pixels.subarray(64 * i, 64 * i + 64))),
    );
    const classes = predictedClasses(Float32Array.from(read.flatMap((row) => [...row])), 10);
    expect(count).toBe(360);
    expect(classes).toEqual(engine.predict(pixels, count));
    // A sign within rounding of 0 may be decided differently, here and there.
    const off = differences(logits, read).filter((difference) => difference > 1e-4);
    expect(off.length).toBeLessThanOrEqual(6);
  });

  const parts = ["conv", "qkv", "projection", "fc1", "fc2"] as const;
  const forms = scaleForms.flatMap((scale) =>
    (["none", "token"] as const).flatMap((activationScale) =>
      (["sign", "none"] as const).map((activation) => ({ scale, activationScale, activation })),
    ),
  );
  const everywhere = (how: object | string) => Object.fromEntries(parts.map((part) => [part, how]));
  const cases: MethodCase[] = [
    ...packable,
    ...shifted,
    ["float", {}],
    ["float, relu", { activation: "relu" }],
    ...forms.map((how): MethodCase => [Object.values(how).join(" "), { binarize: everywhere(how) }]),
    ["centred", { binarize: everywhere({ center: true }) }],
    ...parts.map((part): MethodCase => [`${part} alone`, { binarize: { [part]: "xnor" } }]),
    ["fc1 float, fc2 signs", { binarize: { fc2: "unscaled", qkv: "channel-w1a32" } }],
  ];

  test.each(cases)("gives the engine's logits: %s", async (_, binarized) => {
    const patchSize = binarized.stem === "conv" ? 2 : 3; // strides are 1, 2 or 4 in all
    // The mean over tokens where there is but one block: what a block does for all of them is the same in those before the last.
    const sizes: Partial<ModelConfig>[] = [
      { embedDim: 36, numHeads: 3, mlpDim: 70 },
      {
        ...{ imageSize: 6, patchSize, channels: 3, embedDim: 8, numHeads: 1, mlpDim: 33, depth: 1, numClasses: 5 },
        pooling: "mean",
      },
      { imageSize: 12, depth: 1 }, // more tokens than a word has bits
    ];
    for (const [seed, changes] of sizes.entries()) {
      const config = smallModel({ ...changes, ...binarized, normEpsilon: seed ? 0.1 : 1e-6 });
      const model = roundFloats(pack(config, noisyParameters(config, seed)), ([32, 16, 8] as const)[seed]);
      const reader = await readerOf(model);
      const length = config.imageSize ** 2 * config.channels;
      const pixels = Uint8Array.from({ length: 4 * length }, (_, i) => (i * i * 31 + 7 * i) % 201);
      const read = [0, 1, 2, 3].map((i) =>
        reader.logits(reader.normalize(pixels.subarray(i * length, (i + 1) * length))),
      );
      const logits = createEngine(model).forward(pixels, 4);
      expect(Math.max(...differences(logits, read))).toBeLessThan(1e-4);
      expect(reader.classNames).toEqual(anyMeaning(config).classNames);
    }
  });

  test("agrees where all values are equal, and cancel exactly: zeros have the sign +1", async () => {
    const config = smallModel({ embedDim: 12, numHeads: 3, binarize: { mlp: "unscaled", mhsa: "unscaled" } });
    const parameters = anyParameters(config, 3);
    for (const [name, { data }] of Object.entries(parameters)) {
      if (name.startsWith("patch") || name.includes("mbedding")) data.fill(0.1); // every token the same
      if (name === "classToken") data.fill(0.3);
      if (/bias|beta/.test(name)) data.fill(0);
    }
    const model = pack(config, parameters);
    const reader = await readerOf(model);
    const pixels = new Uint8Array(4 * 4 * 2).fill(100);
    const read = reader.logits(reader.normalize(pixels));
    expect(Math.max(...differences(createEngine(model).forward(pixels, 1), [read]))).toBeLessThan(1e-4);
  });
});
