import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { ConfigError } from "../../lib/base/errors";
import { Random } from "../../lib/base/random";
import { type SlopeName, slopes } from "../../lib/binarize/slopes";
import { type Batch, normalize } from "../../lib/data/batches";
import { gradientMismatch } from "../../lib/diagnose/gradient-mismatch";
import { cosine, slopeMismatch, smoothedSlope } from "../../lib/diagnose/slope-mismatch";
import { lossAndGradients } from "../../lib/train/gradients";
import { initialParameters } from "../../lib/vit/parameters";
import { smallDigits, smallRun } from "../train/small-run";

let batch: Batch;
beforeAll(async () => {
  await useBackend("wasm");
  const digits = await smallDigits();
  batch = normalize(
    digits,
    digits.train,
    Array.from({ length: 32 }, (_, i) => i),
  );
});

test("the smoothed slope is the derivative of the mean of noisy signs", () => {
  const random = new Random(2);
  const noise = Float64Array.from({ length: 200_000 }, () => random.normal());
  for (const [x, width] of [
    [0, 1],
    [0.4, 0.5],
    [-1, 0.8],
  ]) {
    const meanSign = (at: number) => noise.reduce((sum, e) => sum + (at + width * e >= 0 ? 1 : -1), 0) / noise.length;
    const h = 0.1 * width;
    expect((meanSign(x + h) - meanSign(x - h)) / (2 * h)).toBeCloseTo(smoothedSlope(x, width), 1);
    // Over the line it adds up to the step of sign.
    let sum = 0;
    for (let u = -10; u < 10; u += 0.01) sum += 0.01 * smoothedSlope(u, width);
    expect(sum).toBeCloseTo(2, 3);
  }
});

test("a slope that is such a derivative is found with its width, and a flat one fits the widest noise", () => {
  const own = {
    revision: 1,
    at: (x: Parameters<typeof slopes.clip.at>[0]) =>
      x
        .square()
        .mul(-0.5 / 0.3 ** 2)
        .exp(),
  };
  const found = slopeMismatch(own);
  expect(found.cosine).toBeCloseTo(1, 2);
  expect(found.width / 0.3).toBeGreaterThan(0.97);
  expect(found.width / 0.3).toBeLessThan(1.03);
  expect(slopeMismatch("identity").width).toBeCloseTo(4, 6);
  expect(slopeMismatch("ede", 1).width).toBeLessThan(slopeMismatch("ede", 0).width / 5);
  expect(cosine([1, 2], [-2, -4])).toBeCloseTo(-1, 12);
  expect(cosine([0, 0], [1, 1])).toBe(0);
});

test("the correlation is that of a loss and a gradient computed by the training code", () => {
  const run = smallRun();
  const parameters = initialParameters(run.model, 1);
  const name = "blocks.0.mlp.fc2";
  const [row] = gradientMismatch(run.model, parameters, batch, { directions: 12, width: 0.3, seed: 4, layers: [name] });
  const { shape, data } = parameters[`${name}.weight`];
  const s = (0.3 * data.reduce((sum, w) => sum + Math.abs(w), 0)) / data.length;
  expect(row.width).toBeCloseTo(s, 10);
  expect(row.chance).toBeCloseTo(12 ** -0.5, 12);
  expect(Object.keys(row.correlations)).toEqual(Object.keys(slopes));
  const random = new Random(4, 0);
  const noises = Array.from({ length: 12 }, () => Float32Array.from(data, () => random.normal()));
  const stepped = (noise: Float32Array, step: number) => data.map((w, i) => w + step * noise[i]);
  const lossAt = (weights: Float32Array) =>
    lossAndGradients(run, { ...parameters, [`${name}.weight`]: { shape, data: weights } }, batch, { progress: 1 }).loss;
  const changes = noises.map((noise) => (lossAt(stepped(noise, s)) - lossAt(stepped(noise, -s))) / (2 * s));
  for (const slope of ["clip", "swish", "ede"] as SlopeName[]) {
    const changed = smallRun({
      model: { binarize: { mlp: { weight: { quantizer: "sign", slope }, input: "channel" } } },
    });
    const g = lossAndGradients(changed, parameters, batch, { progress: 1 }).gradients[`${name}.weight`];
    const predicted = noises.map((noise) => noise.reduce((sum, e, i) => sum + e * g[i], 0));
    expect(row.correlations[slope], slope).toBeCloseTo(cosine(predicted, changes), 3);
  }
  const flips = stepped(noises[0], s).filter((w, i) => w < 0 !== data[i] < 0).length / data.length;
  expect(row.flipped).toBeCloseTo(flips, 10);
  expect(flips).toBeGreaterThan(0.01);
});

test("is one row a binarized layer, none of a float model; a quantizer without a choice of slopes has its own", () => {
  const rowsOf = (binarize: object) => {
    const { model } = smallRun({ model: { binarize } });
    return gradientMismatch(model, initialParameters(model, 1), batch, { directions: 2 });
  };
  expect(rowsOf({})).toEqual([]);
  expect(rowsOf({ mlp: "channel", mhsa: "channel" }).map(({ layer }) => layer)).toEqual(
    ["attention.qkv", "attention.out", "mlp.fc1", "mlp.fc2"].map((name) => `blocks.0.${name}`),
  );
  for (const { correlations } of rowsOf({ mlp: "ir-net" })) expect(Object.keys(correlations)).toEqual(["own"]);
});

test("noise too small to flip a sign leaves an unscaled layer as it is", () => {
  const { model } = smallRun({ model: { binarize: { mlp: "unscaled" } } });
  const rows = gradientMismatch(model, initialParameters(model, 1), batch, { directions: 3, width: 1e-6 });
  for (const { flipped, correlations } of rows) {
    expect(flipped).toBe(0);
    expect(Object.values(correlations)).toEqual([0, 0, 0, 0, 0]);
  }
});

test("refuses layers that are not there, or whose weights are floats", () => {
  const { model } = smallRun({ model: { binarize: { mlp: "channel" } } });
  const measure = (layers: string[]) => gradientMismatch(model, initialParameters(model, 1), batch, { layers });
  expect(() => measure(["fc1"])).toThrow(ConfigError);
  expect(() => measure(["blocks.0.mlp.fc1", "head"])).toThrow(
    'no layer "head" with binarized weights. Those with: blocks.0.mlp.fc1, blocks.0.mlp.fc2.',
  );
});

test.each([{ width: 0 }, { width: Number.NaN }, { directions: 0 }, { directions: 1.5 }])("refuses %j", (options) => {
  const { model } = smallRun({ model: { binarize: { mlp: "channel" } } });
  expect(() => gradientMismatch(model, initialParameters(model, 1), batch, options)).toThrow(ConfigError);
});
