import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { type MethodName, methods } from "../../lib/binarize/methods";
import { batches } from "../../lib/data/batches";
import type { Dataset } from "../../lib/data/dataset";
import { createEngine, type EngineOptions } from "../../lib/deploy/engine";
import { unsupported } from "../../lib/deploy/left";
import { packedLinears, signBytes } from "../../lib/deploy/packed-config";
import type { PackedModel } from "../../lib/deploy/packed-model";
import { comparePacked } from "../../lib/deploy/parity";
import { summarize } from "../../lib/vit/summary";
import { smallModel } from "../vit/small-model";
import { noisyParameters, packable, randomDataset, refused, shifted } from "./method-cases";
import { anyImages, engineOf, pack } from "./simulation";

beforeAll(async () => {
  await useBackend("wasm", { oneBit: false });
});

const sizes = [
  { depth: 2 },
  { embedDim: 36, numHeads: 3, mlpDim: 70, depth: 1 },
  { imageSize: 12, embedDim: 16, numHeads: 1, mlpDim: 33, depth: 2 }, // 37 tokens: more than a word
] as const;

/** Logits of all images, and the integers of the products of the first `images` of them. */
function results(model: PackedModel, options: EngineOptions, data: Dataset, images: number) {
  const [all] = batches(data, data.test, { batchSize: data.test.count });
  const engine = createEngine(model, options);
  const sums: [layer: string, values: Float32Array][] = [];
  engine.forward(all.images.subarray(0, (images * all.images.length) / all.count), images, (layer, values) =>
    sums.push([layer, values.slice()]),
  );
  return { logits: engine.forward(all.images, all.count), sums };
}

describe.each([...packable, ...shifted])("%s, engine against the simulation in floats:", (_, changes) => {
  // The mean where there is but one block: what a block does for all tokens is the same in those before the last.
  test.each([
    ["class-token", sizes],
    ["mean", sizes.filter(({ depth }) => depth === 1)],
  ] as const)("the same integers and logits, pooling %s", (pooling, sizes) => {
    for (const [seed, other] of sizes.entries()) {
      const config = smallModel({ ...other, ...changes, pooling });
      const parameters = noisyParameters(config, seed);
      const packed = pack(config, parameters);
      const data = randomDataset(config, 7);
      const { accumulators, ...rest } = comparePacked(packed, config, parameters, data, { maxBatch: 5 });
      const floatInputs = JSON.stringify(changes).includes("w1a32");
      expect(rest).toMatchObject({ images: 7, differentClasses: 0 });
      expect(accumulators.filter(({ different }) => different > 0)).toEqual([]);
      if (!floatInputs) expect(accumulators.length).toBeGreaterThan(0);
      expect(rest.largestDifference).toBeLessThanOrEqual(floatInputs ? 1e-4 : 0);
      // What is slow, the simulation, ran for one engine; the others give the same as that one.
      const scalar = results(packed, { kernels: "scalar", maxBatch: 5 }, data, 5);
      expect(scalar).toEqual(results(packed, { maxBatch: 5 }, data, 5));
      const alone = results(packed, { maxBatch: 1 }, data, 1);
      expect(alone.logits).toEqual(scalar.logits);
      expect(alone.sums).toEqual(scalar.sums.map(([layer, values]) => [layer, values.subarray(0, values.length / 5)]));
    }
  });
});

test.each([...packable, ...shifted])(
  "%s: every tensor of the file counts, and the summary its bytes, but for the padding of bits to words",
  (_, changes) => {
    const config = smallModel({ embedDim: 36, numHeads: 3, mlpDim: 70, ...changes });
    const images = anyImages(config, 4);
    const logits = (model: PackedModel) => engineOf(model, 4).forward(images, 4);
    const made = (seed: number) => {
      const model = pack(config, noisyParameters(config, seed));
      return { model, before: logits(model) };
    };
    const first = made(2);
    let second: ReturnType<typeof made> | undefined; // in one a threshold may leave all out
    const counts = (name: string, { model, before }: ReturnType<typeof made>) => {
      const { shape, data } = model.tensors[name];
      const other = data instanceof Uint8Array ? data.map((bits) => bits ^ 1) : data.map((value) => -3 * value - 0.5);
      const after = logits({ ...model, tensors: { ...model.tensors, [name]: { shape, data: other } } });
      return before.some((value, i) => value !== after[i]);
    };
    const { config: left, tensors } = first.model;
    for (const name of Object.keys(tensors)) {
      if (counts(name, first)) continue;
      second ??= made(3);
      expect(counts(name, second), name).toBe(true);
    }
    const bytes = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
    const padding = packedLinears(left).map(({ form, inputs, outputs }) =>
      form === "float" ? 0 : outputs * (signBytes(inputs) - Math.ceil(inputs / 8)),
    );
    expect(summarize(config).total.bytesPacked).toBe(bytes - padding.reduce((a, b) => a + b));
  },
);

describe("what cannot be packed", () => {
  const reasons: [string, RegExp][] = [
    ["real-to-binary", /^binarize\.\w+ multiplies by what a network makes of its input/],
    ["real-to-binary scores and values", /^binarize\.\w+ multiplies by what a network makes of its input/],
  ];

  test("is that alone", () => {
    expect(refused.map(([name]) => name).sort()).toEqual(reasons.map(([name]) => name).sort());
  });

  test.each(refused)("%s, says why, and is not packed", (name, changes, reason) => {
    const [, expected] = reasons.find(([other]) => other === name) ?? [];
    expect(reason).toMatch(expected as RegExp);
    const config = smallModel(changes);
    expect(() => pack(config, noisyParameters(config, 1))).toThrow(`This model cannot be packed: ${reason}.`);
  });

  test("float weights with signs as inputs, factors of each token where a sum runs over tokens", () => {
    const refusedIn = (binarize: object) => unsupported(smallModel({ binarize }));
    expect(refusedIn({ fc1: { input: "channel" } })).toBe(
      "binarize.fc1 leaves weights as they are, so that there are no bits to pack",
    );
    expect(refusedIn({ scores: { operand: "real-to-binary" } })).toBeUndefined(); // its operands are plain signs
    expect(refusedIn({ scores: { operand: { quantizer: "xnor-plus" } } })).toBe(
      `quantizer "xnor-plus" leaves no plain signs of attention's query`,
    );
    expect(refusedIn({ scores: { operand: { quantizer: "gate" } } })).toBe(
      `quantizer "gate" leaves no plain signs of attention's query`,
    );
  });
});

test("no method is left out", () => {
  const tested = new Set([...packable, ...refused].map(([name]) => name));
  for (const name of Object.keys(methods) as MethodName[]) expect(tested).toContain(name);
});
