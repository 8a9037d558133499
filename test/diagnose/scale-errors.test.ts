import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { scaleErrors } from "../../lib/diagnose/scale-errors";
import { initialParameters, type ParameterArrays } from "../../lib/vit/parameters";
import { smallModel } from "../vit/small-model";

beforeAll(async () => {
  await useBackend("wasm");
});

/** ‖V − αB‖ / ‖V‖ of one matrix [I, O], output by output. */
function byHand({ shape, data }: ParameterArrays[string], alphaOf: (column: readonly number[]) => number): number {
  const [inputs, outputs] = shape;
  let [error, size] = [0, 0];
  for (let o = 0; o < outputs; o++) {
    const column = Array.from({ length: inputs }, (_, i) => data[i * outputs + o]);
    const alpha = alphaOf(column);
    for (const v of column) {
      error += (v - alpha * (v >= 0 ? 1 : -1)) ** 2;
      size += v * v;
    }
  }
  return Math.sqrt(error / size);
}

const meanSize = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, v) => sum + Math.abs(v), 0) / values.length;

test.each(["channel", "tensor", "unscaled", "learned"] as const)("%s: as by hand, for each layer", (method) => {
  const model = smallModel({ binarize: { mlp: method } });
  const parameters = initialParameters(model, 1);
  if (method === "learned")
    for (const [name, { data }] of Object.entries(parameters)) if (/\.scale$/.test(name)) data.fill(0.3);
  const rows = scaleErrors(model, parameters);
  expect(rows.map(({ layer }) => layer)).toEqual([0, 1].flatMap((i) => [`blocks.${i}.mlp.fc1`, `blocks.${i}.mlp.fc2`]));
  for (const { layer, own, best, one } of rows) {
    const weight = parameters[`${layer}.weight`];
    const alphas = { channel: meanSize, tensor: () => meanSize(weight.data), unscaled: () => 1, learned: () => 0.3 };
    expect(own).toBeCloseTo(byHand(weight, alphas[method]), 6);
    expect(best).toBeCloseTo(byHand(weight, meanSize), 6);
    expect(one).toBeCloseTo(
      byHand(weight, () => 1),
      6,
    );
    for (const factor of [0.9, 1.1]) expect(byHand(weight, (v) => factor * meanSize(v))).toBeGreaterThan(best);
  }
});

test("weights of one size are hit exactly, and a float model has none", () => {
  const model = smallModel({ binarize: { fc1: "channel" } });
  const parameters = initialParameters(model, 1);
  const { data } = parameters["blocks.0.mlp.fc1.weight"];
  for (let i = 0; i < data.length; i++) data[i] = i % 3 ? 0.25 : -0.25;
  const [{ own, best, one }] = scaleErrors(model, parameters);
  expect([own, best, one]).toEqual([0, 0, 3]);
  expect(scaleErrors(smallModel(), initialParameters(smallModel(), 1))).toEqual([]);
});

test("weights that are all 0 are lost where α is not 0 alone", () => {
  const model = smallModel({ binarize: { fc1: "channel" } });
  const parameters = initialParameters(model, 1);
  parameters["blocks.0.mlp.fc1.weight"].data.fill(0);
  expect(scaleErrors(model, parameters)[0]).toMatchObject({ own: 0, best: 0, one: Number.POSITIVE_INFINITY });
});

test("V is what the sign is taken of: centred weights", () => {
  const model = smallModel({ binarize: { fc1: { center: true } } });
  const parameters = initialParameters(model, 1);
  const weight = parameters["blocks.0.mlp.fc1.weight"];
  const [inputs, outputs] = weight.shape;
  const centered = weight.data.map((v, i) => {
    let sum = 0;
    for (let row = 0; row < inputs; row++) sum += weight.data[row * outputs + (i % outputs)];
    return v - sum / inputs;
  });
  expect(scaleErrors(model, parameters)[0].own).toBeCloseTo(byHand({ ...weight, data: centered }, meanSize), 5);
});
