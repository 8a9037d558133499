import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { isOutOfMemory } from "../../lib/backend/out-of-memory";
import { useBackend } from "../../lib/backend/select";
import { ConfigError, FileError } from "../../lib/base/errors";
import { evaluate } from "../../lib/train/evaluate";
import { lossAndGradients } from "../../lib/train/gradients";
import { checkTrainingMemory, evaluationBatch, explainMemory, passBytes } from "../../lib/train/memory";
import { parseRunConfig } from "../../lib/train/run-config";
import { train } from "../../lib/train/train";
import { initialParameters } from "../../lib/vit/parameters";
import { smallDigits } from "./small-run";

beforeAll(() => useBackend("wasm"));

const run = (preset: string, model = {}, training = {}) => parseRunConfig({ extends: preset, model, training });
const many = 60_000;

describe("sizes that no memory could hold are refused by name, before anything is allocated", () => {
  test.each([
    [
      { embedDim: 65_536 },
      /^run\.model: 68,\d+,\d+,\d+ parameters would take 256\.3 GiB, and 4\.0 GiB is the most .* Lower model\.embedDim, which is 65536\.$/,
    ],
    [
      { imageSize: 65_536, patchSize: 1 },
      /Raise model\.patchSize, which is 1, or lower model\.imageSize, which is 65536\.$/,
    ],
    [{ imageSize: 65_536, patchSize: 65_536 }, /Lower model\.patchSize, which is 65536\.$/],
    [{ mlpDim: 65_536, embedDim: 8192, depth: 4 }, /Lower model\.mlpDim, which is 65536\.$/],
    [{ numClasses: 65_536, embedDim: 16_384 }, /Lower model\.numClasses, which is 65536\.$/],
    [{ depth: 44_444_444 }, /^run\.model\.depth: expected number to be <=1024, got 44444444\.$/],
    [{ depth: 1024, embedDim: 1024 }, /Lower model\.depth, which is 1024\.$/],
  ])("where the configuration is read: %j", (model, message) => {
    expect(() => run("digits", model)).toThrow(ConfigError);
    expect(() => run("digits", model)).toThrow(message);
  });

  test.each([
    [
      "digits",
      { embedDim: 4096 },
      {},
      1,
      /^272,\d+,\d+ parameters with their gradients and moments would take 4\.1 GiB, .* Lower model\.embedDim, which is 4096\.$/,
    ],
    [
      "shapes",
      {},
      { batchSize: 2000 },
      1,
      /^A training step on 2000 images would take about \d\.\d GiB, and 4\.0 GiB is the most that WebAssembly can hold\. Lower training\.batchSize, which is 2000\. At most about 1\d\d\d images fit\.$/,
    ],
    ["shapes", {}, { batchSize: 60_000 }, 2, /GiB in each thread, .* At most about 2\d\d\d images fit\.$/],
    ["shapes", { depth: 200 }, {}, 1, /Lower model\.depth, which is 200\. At most about \d\d images fit\.$/],
    ["shapes", { patchSize: 1, numHeads: 128 }, { batchSize: 8 }, 1, /Raise model\.patchSize, which is 1, /],
  ])("where %s with %j and %j would be trained", (preset, model, training, workers, message) => {
    const config = run(preset, model, training);
    expect(() => checkTrainingMemory(config, many, workers)).toThrow(ConfigError);
    expect(() => checkTrainingMemory(config, many, workers)).toThrow(message);
  });

  test("at the start of a training, with a batch no larger than the data", async () => {
    const [config, digits] = [
      run("digits", { depth: 1, mlpDim: 65_536 }, { epochs: 1, batchSize: many }),
      await smallDigits(),
    ];
    const crowded = { pixels: new Uint8Array(many * 64), labels: new Uint8Array(many), count: many };
    const crowd = { ...digits, train: crowded };
    await expect(train(config, 1, crowd)).rejects.toThrow(/^A training step on 60000 images/);
    expect(() => checkTrainingMemory(run("digits", {}, { batchSize: many }), 1257, 1)).not.toThrow();
  });
});

test.each([
  ["digits", {}, { batchSize: 1257 }],
  ["shapes", {}, { batchSize: 1000 }],
  ["cifar-s", { binarize: { conv: "channel", mlp: "channel", mhsa: "channel" } }, { batchSize: 512 }],
  ["cifar-s", { binarize: { scores: "channel", values: "channel" } }, { batchSize: 128 }],
  ["shapes", { depth: 12, embedDim: 384, numHeads: 6, mlpDim: 1536 }, { batchSize: 64 }],
  ["digits", { embedDim: 1024, mlpDim: 4096, depth: 8 }, { batchSize: 64 }],
])("%s with %j and %j, which trains, is not refused", (preset, model, training) => {
  expect(() => checkTrainingMemory(run(preset, model, training), many, 1)).not.toThrow();
});

describe("evaluation", () => {
  test("takes as many images at a time as asked for, or as half of the memory holds", () => {
    expect(evaluationBatch(run("cifar-s").model, 128)).toBe(128);
    const wide = evaluationBatch(run("digits", { mlpDim: 65_536 }).model, 128);
    expect(wide).toBeGreaterThan(16);
    expect(wide).toBeLessThan(128);
  });

  test("of a model of which not one image fits is refused", async () => {
    const { model } = run("digits", { imageSize: 64, patchSize: 1, embedDim: 64, numHeads: 64, depth: 4 });
    expect(() => evaluate(model, {}, { mean: [0] } as never, { count: 1 } as never)).toThrow(
      /^One image would take about .* Raise model\.patchSize/,
    );
  });
});

/** The most bytes that the backend's tensors take while something is done. */
function peak(work: () => void): number {
  const { dataIdMap } = tf.backend() as unknown as { dataIdMap: Map<object, { shape?: number[] }> };
  const sizes = new Map<object, number>();
  let [live, most] = [0, 0];
  const own = { set: dataIdMap.set, delete: dataIdMap.delete };
  dataIdMap.set = (id, info) => {
    sizes.set(id, 4 * (info.shape ?? []).reduce((a, b) => a * b, 1));
    live += sizes.get(id)!;
    most = Math.max(most, live);
    return own.set.call(dataIdMap, id, info);
  };
  dataIdMap.delete = (id) => {
    live -= sizes.get(id) ?? 0;
    return own.delete.call(dataIdMap, id);
  };
  try {
    work();
  } finally {
    Object.assign(dataIdMap, own);
  }
  return most;
}

test.each([
  {},
  { embedDim: 128 },
  { mlpDim: 512, binarize: { mlp: "channel", mhsa: "channel", conv: "channel" } },
  { binarize: { scores: "channel", values: "channel" } },
  { shift: [1, 2, 3], pooling: "mean" },
  { stem: "conv" },
  { stem: "conv", patchSize: 2, embedDim: 96, numHeads: 3, binarize: { conv: "xnor" } },
])("the estimate for %j is what a step takes", (changes) => {
  const config = run("shapes", { embedDim: 64, mlpDim: 128, depth: 3, ...changes });
  const parameters = initialParameters(config.model, 1);
  const images = new Float32Array(8 * 3072).map((_, i) => Math.sin(i));
  const step = peak(() => lossAndGradients(config, parameters, { images, labels: new Int32Array(8), count: 8 }));
  const estimated = passBytes(config.model, "training", 8);
  expect(estimated / step).toBeGreaterThan(0.85);
  expect(estimated / step).toBeLessThan(1.2);
});

test("memory that runs out all the same is named, any other error is left as it is", () => {
  const wasm = (message: string) => new WebAssembly.RuntimeError(message);
  for (const error of [
    wasm("Aborted(). Build with -sASSERTIONS for more info."),
    new RangeError("WebAssembly.Memory(): could not allocate memory"),
    new RangeError("Array buffer allocation failed"),
    new RangeError("Invalid typed array length: 12884901888"),
    new Error("Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[100000,100000] and type float"),
  ]) {
    expect(isOutOfMemory(error)).toBe(true);
    const explained = explainMemory(error, run("shapes", {}, { batchSize: 900 }));
    expect(explained).toBeInstanceOf(ConfigError);
    expect((explained as Error).message).toMatch(/^The memory ran out\. Lower training\.batchSize, which is 900\./);
  }
  for (const error of [
    wasm("unreachable"),
    new TypeError("x"),
    new RangeError("Maximum call stack size exceeded"),
    new FileError("x"),
  ]) {
    expect(explainMemory(error, run("shapes"))).toBe(error);
  }
});

test("what shifted tokens take without kernels is estimated too", async () => {
  await useBackend("wasm", { kernels: false });
  const sizes = { embedDim: 64, mlpDim: 128, depth: 2, pooling: "mean" };
  const [plain, shifted] = [[], [1, 2]].map((shift) => {
    const config = run("shapes", { ...sizes, shift });
    const batch = { images: new Float32Array(3072), labels: new Int32Array(1), count: 1 };
    const took = peak(() => lossAndGradients(config, initialParameters(config.model, 1), batch));
    return { took, estimated: passBytes(config.model, "training", 1) };
  });
  await useBackend("wasm");
  const share = (shifted.estimated - plain.estimated) / (shifted.took - plain.took);
  expect(share).toBeGreaterThan(0.9);
  expect(share).toBeLessThan(1.1);
});
