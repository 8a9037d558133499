import * as tf from "@tensorflow/tfjs";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { useBackend } from "../../lib/backend/select";
import { ConfigError } from "../../lib/base/errors";
import { type Method, use } from "../../lib/binarize/method";
import { channel } from "../../lib/binarize/methods/xnor-net";
import { inputQuantizer, weightQuantizer } from "../../lib/binarize/quantizer";
import { addMethod, binarizers, inputQuantizerOf, quantizers, weightQuantizerOf } from "../../lib/binarize/registry";
import type { Slope } from "../../lib/binarize/slope";
import { train } from "../../lib/train/train";
import { parseBinarizer } from "../../lib/vit/parse-binarize";
import { smallDigits, smallRun } from "../train/small-run";

const tent: Slope = { revision: 1, at: (x) => tf.relu(tf.sub(1, tf.abs(x))) };
const weightOf = (name: string) =>
  weightQuantizer({
    name,
    revision: 1,
    settings: { power: z.number().default(2) },
    parameters: ({ outputs }) => ({ size: { shape: [outputs], start: 0.1 } }),
    quantize: (latent, { size }, { settings: { power } }) => ({
      latent,
      slope: tent,
      factor: tf.reshape(tf.pow(size, power), [1, -1]),
    }),
    factors: () => "per-output",
  });
const inputOf = (name: string) =>
  inputQuantizer({
    name,
    revision: 1,
    settings: {},
    parameters: ({ inputs }) => ({ threshold: { shape: [inputs], start: 0 } }),
    rule: (_, { threshold }) => ({ threshold, slope: tent }),
    left: ({ inputs }) => ({ thresholds: inputs, factor: "none", levels: "signs" }),
  });
const method = (weight = weightOf("mine"), input = inputOf("mine")): Method => ({
  title: "mine",
  reference: "",
  weight: use(weight, { power: 1 }),
  input: use(input),
});
const named = (name: string) => name as "channel"; // the type knows the kit's own

beforeAll(async () => {
  await useBackend("wasm");
});

test("a method that is added is known by its name, and trains in every part", async () => {
  expect(() => parseBinarizer(named("mine"))).toThrow(ConfigError);
  expect(addMethod("mine", method())).toBe("mine");
  expect(parseBinarizer(named("mine"))).toEqual({
    weight: { quantizer: "mine", power: 1 },
    input: { quantizer: "mine" },
    operand: { quantizer: "mine" },
    probabilities: { quantizer: "above-mean", scale: "kept" },
    correction: "none",
  });
  expect(parseBinarizer({ weight: { quantizer: "mine" } }).weight).toEqual({ quantizer: "mine", power: 2 });
  const binarize = { conv: "mine", mlp: "mine", mhsa: "mine", scores: "mine", values: "mine" };
  const { curve, parameters } = await train(
    smallRun({ model: { binarize }, training: { learningRate: 0.01, epochs: 6 } }),
    1,
    await smallDigits(),
  );
  expect(curve[5].trainLoss).toBeLessThan(0.95 * curve[0].trainLoss);
  const block = "blocks.0.attention";
  const moved = ["patch.size", "patch.input.threshold", `${block}.scores.key.threshold`, "blocks.0.mlp.fc2.size"];
  for (const name of moved) {
    const start = name.endsWith("size") ? 0.1 : 0;
    expect(
      parameters[name].data.some((value) => Math.abs(value - start) > 1e-4),
      name,
    ).toBe(true);
  }
});

test("a name of the kit's is refused, and what it stands for stays", () => {
  const before = binarizers.channel;
  expect(() => addMethod("channel", method())).toThrow(ConfigError);
  expect(() => addMethod("channel", method())).toThrow('The kit has a method "channel". Choose another name.');
  expect(binarizers.channel).toBe(before);
});

test("a quantizer by the name of another is refused, of each role by itself", () => {
  const other = (weight: string, input: string) => () => addMethod("other", method(weightOf(weight), inputOf(input)));
  expect(other("sign", "own")).toThrow('There is another weight quantizer "sign". Choose another name for yours.');
  expect(other("own", "rsign")).toThrow('There is another input quantizer "rsign".');
  expect(other("own", "above-mean")).toThrow('There is another input quantizer "above-mean".');
  expect(other("own", "real")).toThrow('There is another input quantizer "real".');
  const twoOfAName = { ...method(weightOf("own"), inputOf("own")), operand: use(inputOf("own")) };
  expect(() => addMethod("other", twoOfAName)).toThrow('There is another input quantizer "own".');
  expect(() => parseBinarizer(named("other"))).toThrow(ConfigError);
  expect(other("rsign", "elastic-w")).not.toThrow(); // no weight quantizer is called rsign
});

test("a method that was added can be added again, which replaces it", () => {
  addMethod("again", method(weightOf("again"), inputOf("again")));
  const weight = weightOf("again");
  addMethod("again", { ...method(weight, inputOf("again")), correction: "table" });
  expect(parseBinarizer(named("again")).correction).toBe("table");
  expect(weightQuantizerOf({ quantizer: "again" })).toBe(weight);
});

test("a method may use the kit's quantizers", () => {
  addMethod("borrowed", { title: "", reference: "", weight: channel.weight, input: channel.input });
  expect(parseBinarizer(named("borrowed")).weight).toEqual(binarizers.channel.weight);
});

test("an unknown quantizer is refused with those that there are", () => {
  expect(() => weightQuantizerOf({ quantizer: "sine" })).toThrow(/no weight quantizer "sine". Known: sign, /);
  expect(() => inputQuantizerOf({ quantizer: "sine" })).toThrow(/no input quantizer "sine". Known: sign, .*real/);
  expect([...quantizers("input").keys()]).toContain("above-mean");
  expect([...quantizers("weight").keys()]).not.toContain("above-mean");
});
