import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { type MethodName, methods } from "../../lib/binarize/methods";
import type { Dataset } from "../../lib/data/dataset";
import { loadDataset } from "../../lib/data/load";
import { logitTolerance } from "../../lib/deploy/logit-difference";
import type { PackedModel } from "../../lib/deploy/packed-model";
import { comparePacked } from "../../lib/deploy/parity";
import { readKernels } from "../../lib/kernels/read";
import { train } from "../../lib/train/train";
import type { ModelConfig } from "../../lib/vit/config";
import type { ParameterArrays } from "../../lib/vit/parameters";
import { smallDigits, smallRun } from "../train/small-run";
import { anyParameters, pack } from "./simulation";

const options = { kernels: readKernels(), maxBatch: 20 };
const everywhere = (how: unknown) => ({ conv: how, mlp: how, mhsa: how });
let digits: Dataset;

beforeAll(async () => {
  digits = await smallDigits();
});

async function trained(
  binarize: object,
  embedDim = 36,
): Promise<{ packed: PackedModel; config: ModelConfig; parameters: ParameterArrays }> {
  await useBackend("wasm");
  const config = smallRun({ model: { embedDim, mlpDim: 70, binarize }, training: { epochs: 2 } });
  const { parameters } = await train(config, 1, digits);
  const packed = pack(config.model, parameters);
  await useBackend("wasm", { oneBit: false });
  return { packed, config: config.model, parameters };
}

const forms: [string, object, number][] = [
  ...(Object.keys(methods) as MethodName[])
    .filter((name) => name !== "real-to-binary")
    .map((name): [string, object, number] => [name, everywhere(name), name === "channel-w1a32" ? 0 : 5]),
  ["centred", everywhere({ center: true }), 5],
  ["learned for the tensor", everywhere({ scale: "learned-tensor" }), 5],
  ...(["channel", "bit", "bvt-ima", "bhvit", "lsq", "react-net"] as const).map((name): [string, object, number] => [
    `everything ${name}`,
    { ...everywhere(name), scores: name, values: name },
    name === "bhvit" ? 9 : 7,
  ]),
  ["scores alone", { scores: "bvt-ima" }, 1],
  ["values alone", { values: "bit" }, 1],
  ["mixed", { conv: "xnor", fc1: "channel-w1a32", fc2: "learned" }, 2],
];

describe("a packed model against the simulation in floats", () => {
  test.each(forms)("%s: the same integers, classes and, where all is W1A1, logits", async (_, binarize, products) => {
    const { packed, config, parameters } = await trained(binarize);
    const parity = comparePacked(packed, config, parameters, digits, options);
    expect(parity.images).toBe(50);
    // Float inputs times signs are summed in another order than by the float product.
    const floatInputs = JSON.stringify(binarize).includes("w1a32");
    expect(parity.largestDifference).toBeLessThanOrEqual(floatInputs ? 1e-4 : 0);
    expect(parity.differentClasses).toBe(0);
    expect(parity.accumulators.length).toBe(products);
    for (const { count, different } of parity.accumulators) {
      expect(count).toBeGreaterThan(0);
      expect(different).toBe(0);
    }
  });

  test.each(["channel", "xnor"])(
    "%s of a width in whole panels: the last queries are left out, the logits same",
    async (name) => {
      const { packed, config, parameters } = await trained(everywhere(name), 40);
      const parity = comparePacked(packed, config, parameters, digits, options);
      expect(parity).toMatchObject({ largestDifference: 0, differentClasses: 0 });
    },
  );

  test("one bit of one weight is noticed, in its layer and after", async () => {
    const { packed, config, parameters } = await trained(everywhere("channel"));
    const name = "blocks.0.attention.out.weight.signs";
    const { shape, data } = packed.tensors[name];
    const flipped = data.slice();
    flipped[0] ^= 1;
    const tensors = { ...packed.tensors, [name]: { shape, data: flipped } };
    const parity = comparePacked({ ...packed, tensors } as PackedModel, config, parameters, digits, options);
    expect(parity.largestDifference).toBeGreaterThan(0);
    const different = Object.fromEntries(parity.accumulators.map((layer) => [layer.layer, layer.different]));
    expect(different.patch + different["blocks.0.attention.qkv"]).toBe(0);
    expect(different["blocks.0.attention.out"]).toBe(20); // that input and output, for every class token
  });

  test("where rounding decides a sign, the image is told apart from a fault", async () => {
    await useBackend("wasm", { oneBit: false });
    const binarize = { conv: "channel-w1a32", mlp: "channel", mhsa: "channel" };
    const config = smallRun({ model: { patchSize: 4, embedDim: 36, mlpDim: 70, binarize } }).model;
    // Signs of every column add up to zero, and pixels are far from it: sums cancel, and leave a rounding as large as 1e-5.
    const parameters = anyParameters(config, 1);
    const { data } = parameters["patch.kernel"];
    data.forEach((value, i) => {
      data[i] = Math.abs(value) * (-1) ** (Math.floor(i / (8 * 36)) + i);
    });
    const all = await loadDataset({ name: "digits" });
    const far: Dataset = { ...all, mean: [-100], std: [0.3] };
    const packed = pack(config, parameters);
    const parity = comparePacked(packed, config, parameters, far, options);
    expect(parity).toMatchObject({ images: 360, differentClasses: 0 });
    expect(parity.nearThreshold).toBeGreaterThan(0);
    expect(parity.nearThreshold).toBeLessThan(20);
    expect(parity.largestDifference).toBeLessThanOrEqual(logitTolerance);
    expect(parity.accumulators.every(({ different }) => different === 0)).toBe(true);
    // The same images with one bit of the packed weights turned over.
    const name = "blocks.0.mlp.fc1.weight.signs";
    const signs = packed.tensors[name].data.slice();
    signs[0] ^= 1;
    const tensors = { ...packed.tensors, [name]: { ...packed.tensors[name], data: signs } };
    const fault = comparePacked({ ...packed, tensors } as PackedModel, config, parameters, far, options);
    expect(fault.largestDifference).toBeGreaterThan(logitTolerance);
    expect(fault.nearThreshold).toBeLessThanOrEqual(parity.nearThreshold);
  });

  test("needs the simulation to be in floats", async () => {
    const { packed, config, parameters } = await trained(everywhere("channel"));
    await useBackend("wasm");
    expect(() => comparePacked(packed, config, parameters, digits, options)).toThrow(/oneBit: false/);
  });
});
