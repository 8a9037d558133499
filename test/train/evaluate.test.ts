import { beforeAll, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { useBackend } from "../../lib/backend/select";
import { binarizeWeight } from "../../lib/binarize/weight";
import { evaluate, Tally } from "../../lib/train/evaluate";
import { flipShare, weightBits } from "../../lib/train/flips";
import { initialParameters, toTensors } from "../../lib/vit/parameters";
import { smallDigits, smallRun } from "./small-run";

beforeAll(async () => {
  await useBackend("wasm");
});

test("a tally counts hits and adds up cross entropies", () => {
  const tally = new Tally();
  tally.add(Float32Array.of(2, 1, 0, 0, 3, 0), Int32Array.of(0, 2)); // a hit and a miss
  tally.add(Float32Array.of(500, -500, 0), Int32Array.of(0)); // a sure hit, whose exponentials would overflow
  const { accuracy, loss, count } = tally.result();
  expect({ accuracy, count }).toEqual({ accuracy: 2 / 3, count: 3 });
  const first = Math.log(1 + Math.exp(-1) + Math.exp(-2));
  const second = 3 + Math.log(1 + 2 * Math.exp(-3));
  expect(loss).toBeCloseTo((first + second) / 3, 6);
});

test("a split's evaluation does not depend on the batch size", async () => {
  const [digits, { model }] = [await smallDigits(), smallRun()];
  const parameters = toTensors(initialParameters(model, 1));
  const whole = evaluate(model, parameters, digits, digits.test);
  expect(whole.count).toBe(50);
  expect(whole.loss).toBeGreaterThan(1.5);
  for (const batchSize of [1, 7, 50]) {
    const parts = evaluate(model, parameters, digits, digits.test, batchSize);
    expect(parts).toMatchObject({ accuracy: whole.accuracy, count: 50 });
    expect(parts.loss).toBeCloseTo(whole.loss, 5);
  }
});

test("the bits of a weight are those of the forward pass, centred or not", () => {
  for (const center of [false, true]) {
    const { model } = smallRun({ model: { binarize: { fc1: { center }, conv: { center } } } });
    const parameters = initialParameters(model, 1);
    const bits = weightBits(model, parameters);
    expect([...bits.keys()]).toEqual(["patch.kernel", "blocks.0.mlp.fc1.weight"]);
    const name = "blocks.0.mlp.fc1.weight";
    const { fc1 } = model.binarize;
    if (fc1 === "off") throw new Error("fc1 is binarized in this test");
    const binarized = readFloats(binarizeWeight(toTensors(parameters)[name], fc1));
    expect([...bits.get(name)!]).toEqual([...binarized].map((value) => (value < 0 ? 1 : 0)));
  }
});

test("the share of flipped bits is over all binarized weights", () => {
  const before = new Map([
    ["a", Uint8Array.of(0, 1, 1)],
    ["b", Uint8Array.of(0)],
  ]);
  const after = new Map([
    ["a", Uint8Array.of(1, 1, 0)],
    ["b", Uint8Array.of(0)],
  ]);
  expect(flipShare(before, after)).toBe(0.5);
  expect(flipShare(before, before)).toBe(0);
  expect(flipShare(new Map(), new Map())).toBe(0);
});
