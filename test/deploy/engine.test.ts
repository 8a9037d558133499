import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { ConfigError, DataError, FileError } from "../../lib/base/errors";
import { type MethodName, methods } from "../../lib/binarize/methods";
import { createEngine } from "../../lib/deploy/engine";
import { readKernels } from "../../lib/kernels/read";
import { evaluate } from "../../lib/train/evaluate";
import { train } from "../../lib/train/train";
import { type ModelConfig, numTokens } from "../../lib/vit/config";
import { forwardWithIntermediates } from "../../lib/vit/model";
import { toTensors } from "../../lib/vit/parameters";
import { smallDigits, smallRun } from "../train/small-run";
import { smallModel } from "../vit/small-model";
import { anyImages, anyParameters, engineOf, pack, simulate } from "./simulation";

beforeAll(async () => {
  await useBackend("wasm");
});

const names = (Object.keys(methods) as MethodName[]).filter((name) => name !== "real-to-binary");
const everywhere = (how: unknown) => ({ conv: how, mlp: how, mhsa: how });
const awkwardSizes = [
  {},
  { embedDim: 33, numHeads: 3, mlpDim: 65, depth: 1 },
  { embedDim: 129, numHeads: 1, mlpDim: 31, depth: 1 },
  { mlpDim: 259, depth: 1 },
  { imageSize: 9, patchSize: 3, channels: 7, embedDim: 1, numHeads: 1, mlpDim: 1 },
];

const forms: [string, object][] = [
  ["float", {}],
  ...names.map((name): [string, object] => [name, everywhere(name)]),
  ["centred", everywhere({ center: true })],
  ["learned for the tensor", everywhere({ scale: "learned-tensor" })],
  ["W1A32 with token scale", everywhere({ activation: "none", activationScale: "token" })],
  ["W1A1 beside W1A32", { fc1: "channel", fc2: "channel-w1a32", qkv: "channel-w1a32", projection: "xnor" }],
  ["token scale, then signs alone", { fc1: "xnor", fc2: "channel" }],
  ["signs, then token scale", { fc1: "channel", fc2: "xnor" }],
  ...(["channel", "bit", "bvt-ima", "bhvit", "lsq", "react-net"] as const).map((name): [string, object] => [
    `everything ${name}`,
    { ...everywhere(name), scores: name, values: name },
  ]),
  ["fc2 alone", { fc2: "learned" }],
];

test.each(
  forms.flatMap(([name, binarize]) =>
    (["class-token", "mean"] as const).map((pooling) => ({ name, binarize, pooling })),
  ),
)(
  "$name: logits are the simulation's bit for bit, those of the scalar kernels too, pooling $pooling",
  ({ binarize, pooling }) => {
    for (const [seed, sizes] of awkwardSizes.entries()) {
      const config = smallModel({ ...sizes, pooling, binarize });
      const parameters = anyParameters(config, seed);
      const packed = pack(config, parameters);
      const images = anyImages(config, 21);
      const logits = simulate(config, parameters, images);
      expect(engineOf(packed).forward(images, 21)).toEqual(logits);
      const scalar = createEngine(packed, { kernels: "scalar" });
      expect(scalar.tier).toBe("scalar");
      const few = images.subarray(0, (images.length / 21) * 5);
      expect(scalar.forward(few, 5)).toEqual(logits.subarray(0, 5 * config.numClasses));
    }
  },
);

describe("an engine", () => {
  const config = smallModel({ binarize: { mlp: "channel", conv: "channel-w1a32" } });
  const made = () => pack(config, anyParameters(config, 1));

  test("gives an image the same logits whatever comes with it, in chunks of any size", () => {
    const images = anyImages(config, 37);
    const whole = engineOf(made(), 64).forward(images, 37);
    const length = images.length / 37;
    for (const maxBatch of [1, 3, 16]) {
      const engine = engineOf(made(), maxBatch);
      for (const count of [0, 1, 2, 16, 17, 37]) {
        const logits = engine.forward(images.subarray(0, count * length), count);
        expect(logits).toEqual(whole.subarray(0, count * config.numClasses));
      }
    }
  });

  test("predicts the class of the largest logit", () => {
    const images = anyImages(config, 9);
    const engine = engineOf(made());
    const logits = engine.forward(images, 9);
    const rows = Array.from({ length: 9 }, (_, i) => [...logits.subarray(3 * i, 3 * i + 3)]);
    expect([...engine.predict(images, 9)]).toEqual(rows.map((row) => row.indexOf(Math.max(...row))));
  });

  test("shows the integers of every product of signs, in the order data flows", () => {
    const names: string[] = [];
    engineOf(made()).forward(anyImages(config, 2), 2, (layer, accumulators) => {
      names.push(layer);
      const inputs = layer.endsWith("fc1") ? 8 : 12;
      const tokens = layer.startsWith("blocks.1") ? 1 : 5; // at the end of the last block only the class token is read
      expect(accumulators.length).toBe(2 * tokens * (layer.endsWith("fc1") ? 12 : 8));
      for (const value of accumulators) expect(Math.abs(value) <= inputs && (value - inputs) % 2 === 0).toBe(true);
    });
    expect(names).toEqual(["blocks.0.mlp.fc1", "blocks.0.mlp.fc2", "blocks.1.mlp.fc1", "blocks.1.mlp.fc2"]);
  });

  test.each<[string, object]>([
    ["float", {}],
    ["channel", everywhere("channel")],
  ])("says where the class token looks, as the simulation does: %s", (_, binarize) => {
    const model = smallModel({ embedDim: 36, numHeads: 3, depth: 3, binarize });
    const parameters = anyParameters(model, 4);
    const image = anyImages(model, 1);
    const tokens = numTokens(model);
    const found = engineOf(pack(model, parameters)).attention(image);
    const expected = tf.tidy(() => {
      const input = tf.tensor(image, [1, model.imageSize, model.imageSize, model.channels]);
      const { attention } = forwardWithIntermediates(model, toTensors(parameters), input);
      return attention.map((all) => tf.slice(all, [0, 0, 0, 0], [1, 3, 1, tokens]).dataSync());
    });
    expect(found).toHaveLength(3);
    for (const [block, maps] of found.entries()) {
      expect(maps.length).toBe(3 * tokens);
      for (const [i, value] of maps.entries()) expect(value, `${block} ${i}`).toBeCloseTo(expected[block][i], 5);
    }
  });

  test("has no attention of a class token to show where there is none, or scores are bits", () => {
    for (const changes of [{ pooling: "mean" }, { binarize: { scores: "channel" } }] as const) {
      const model = smallModel(changes);
      expect(engineOf(pack(model, anyParameters(model, 4))).attention(anyImages(model, 1))).toEqual([]);
      expect(() => engineOf(pack(model, anyParameters(model, 4))).attention(anyImages(model, 2))).toThrow(DataError);
    }
  });

  test("refuses images of another length, or with what is not a number", () => {
    const engine = engineOf(made());
    const images = anyImages(config, 2);
    expect(() => engine.forward(images, 3)).toThrow(/64 numbers, expected 3 × 4 × 4 × 2 = 96/);
    expect(() => engine.forward(images, 1.5)).toThrow(DataError);
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const at of [0, images.length - 1]) {
        const spoilt = images.slice();
        spoilt[at] = odd;
        expect(() => engine.forward(spoilt, 2)).toThrow(DataError);
        expect(() => engine.forward(spoilt, 2)).toThrow(/a pixel that is not a finite number/);
      }
    }
    expect(engine.forward(images, 2).every(Number.isFinite)).toBe(true);
  });

  test("says which layer is given what is not a number", () => {
    const engine = engineOf(made());
    expect(() => engine.forward(anyImages(config, 1).fill(3e38), 1)).toThrow(/blocks\.0\.mlp\.fc1 was given what/);
  });

  test("refuses a batch that is not a whole number, and models that need too much memory", () => {
    for (const maxBatch of [0, -1, 1.5, Number.NaN]) expect(() => engineOf(made(), maxBatch)).toThrow(ConfigError);
    expect(() => engineOf(made(), 1e9)).toThrow(/activations would bring the engine to \d+ MiB, and 1024 are allowed/);
    const thin = { patchSize: 1, channels: 1, embedDim: 1, numHeads: 1, mlpDim: 1, depth: 1 };
    const manyTokens = smallModel({ ...thin, imageSize: 256 });
    expect(() => engineOf(pack(manyTokens, anyParameters(manyTokens, 1)), 1)).toThrow(ConfigError);
  });
});

describe("packing", () => {
  test("refuses what is no packed form, products too long for the kernels, and weights that are not finite", () => {
    const packed = (config: ModelConfig) => () => pack(config, anyParameters(config, 1));
    expect(packed(smallModel({ binarize: { fc1: "real-to-binary" } }))).toThrow(
      /binarize\.fc1 multiplies by what a network/,
    );
    expect(packed(smallModel({ binarize: { fc1: { input: "channel" } } }))).toThrow(
      /binarize\.fc1 leaves weights as they/,
    );
    const gate = { probabilities: { quantizer: "gate" }, operand: "channel" } as const;
    expect(packed(smallModel({ binarize: { values: gate } }))).toThrow(/leaves no thresholds of attention's prob/);
    expect(
      packed(smallModel({ embedDim: 1, numHeads: 1, depth: 1, mlpDim: 65_536, binarize: { fc2: "channel" } })),
    ).toThrow(/has 65536 inputs/);
    const config = smallModel();
    const parameters = anyParameters(config, 1);
    parameters["head.bias"].data[1] = Number.NaN;
    expect(() => pack(config, parameters)).toThrow(FileError);
    expect(() => pack(config, parameters)).toThrow(/"head\.bias" holds numbers that are not finite/);
  });
});

test("trained models have the simulation's logits bit for bit and its accuracy", async () => {
  const digits = await smallDigits();
  for (const binarize of [everywhere("channel"), { mlp: "learned", mhsa: "xnor" }]) {
    const { model, ...rest } = smallRun({ model: { embedDim: 36, mlpDim: 70, binarize } });
    const { parameters } = await train({ model, ...rest }, 1, digits);
    const images = anyImages(model, 40);
    const engine = createEngine(pack(model, parameters), { kernels: readKernels() });
    expect(engine.forward(images, 40)).toEqual(simulate(model, parameters, images));
    const { accuracy, count } = evaluate(model, toTensors(parameters), digits, digits.test);
    expect(count).toBe(50);
    expect(accuracy).toBeGreaterThan(0.1);
  }
});
