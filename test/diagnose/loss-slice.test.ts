import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { ConfigError } from "../../lib/base/errors";
import { filterDirection, lossSlice } from "../../lib/diagnose/loss-slice";
import { evaluate } from "../../lib/train/evaluate";
import { latentWeights } from "../../lib/train/latent";
import { initialParameters, toTensors } from "../../lib/vit/parameters";
import { smallDigits, smallRun } from "../train/small-run";
import { smallModel } from "../vit/small-model";

beforeAll(async () => {
  await useBackend("wasm");
});

const { model } = smallRun();
const layers = ["blocks.0.mlp.fc1", "blocks.0.mlp.fc2"];

test("each filter of the direction is as long as that of the weights", () => {
  for (const config of [model, smallModel()]) {
    const parameters = initialParameters(config, 1);
    const direction = filterDirection(config, parameters, [...layers, config === model ? "head" : "patch"], 5);
    expect(Object.keys(direction)).toHaveLength(3);
    for (const [name, values] of Object.entries(direction)) {
      const { shape, data } = parameters[name];
      const outputs = shape[shape.length - 1];
      const norm = (all: Float32Array, o: number) => Math.hypot(...all.filter((_, i) => i % outputs === o));
      for (let o = 0; o < outputs; o++) expect(norm(values, o)).toBeCloseTo(norm(data, o), 5);
    }
  }
});

test("directions are repeated by their seed, and are those of another model but for the lengths", () => {
  const [parameters, others] = [1, 2].map((seed) => initialParameters(model, seed));
  const [first, again, another] = [1, 1, 2].map((seed) => filterDirection(model, parameters, layers, seed));
  expect(again).toEqual(first);
  const name = "blocks.0.mlp.fc1.weight";
  expect(another[name]).not.toEqual(first[name]);
  const elsewhere = filterDirection(model, others, ["blocks.0.mlp.fc1"], 1)[name];
  const ratios = elsewhere.map((value, i) => value / first[name][i]);
  const outputs = parameters[name].shape[1];
  ratios.forEach((ratio, i) => {
    expect(ratio).toBeCloseTo(ratios[i % outputs], 4);
  });
});

test("the slice is the loss of models that are moved by hand, and the model itself in the middle", async () => {
  const data = await smallDigits();
  const parameters = initialParameters(model, 1);
  const before = parameters["blocks.0.mlp.fc1.weight"].data.slice();
  const { at, loss, accuracy } = lossSlice(model, parameters, data, data.test, { layers, points: 5, seed: 3 });
  expect(at).toEqual([-1, -0.5, 0, 0.5, 1]);
  const itself = evaluate(model, toTensors(parameters), data, data.test);
  expect([loss[2], accuracy[2]]).toEqual([itself.loss, itself.accuracy]);
  const direction = filterDirection(model, parameters, layers, 3);
  const there = initialParameters(model, 1);
  for (const [name, values] of Object.entries(direction)) {
    const { data } = there[name];
    for (let i = 0; i < data.length; i++) data[i] += values[i] / 2;
  }
  expect(loss[3]).toBeCloseTo(evaluate(model, toTensors(there), data, data.test).loss, 6);
  expect(new Set(loss).size).toBe(5);
  expect(parameters["blocks.0.mlp.fc1.weight"].data).toEqual(before);
});

test("a model of unscaled signs changes in steps, and not before a sign flips", async () => {
  const data = await smallDigits();
  const config = smallRun({ model: { binarize: { mlp: "unscaled" } } }).model;
  const parameters = initialParameters(config, 1);
  const tiny = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => [
      name,
      { shape, data: latentWeights(config).includes(name) ? data.map((w) => (w < 0 ? -1 : 1)) : data },
    ]),
  );
  // Weights of one size flip where |t d| > 1: none does as long as t is small, and nothing changes.
  const { at, loss } = lossSlice(config, tiny, data, data.test, { layers });
  const near = loss.filter((_, i) => Math.abs(at[i]) <= 0.15);
  expect(near.length).toBe(7);
  expect(new Set(near).size).toBe(1);
  expect(new Set(loss).size).toBeGreaterThan(10);
});

test("refuses layers that there are none of, and too few points", async () => {
  const [data, parameters] = [await smallDigits(), initialParameters(model, 1)];
  const slice = (options: object) => lossSlice(model, parameters, data, data.test, options);
  expect(() => slice({ layers: ["fc1"] })).toThrow(/no layer "fc1"\. Layers: patch, blocks\.0\.attention\.qkv/);
  for (const points of [1, 2.5]) expect(() => slice({ points })).toThrow(ConfigError);
});
