import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { onnxRuntime } from "../../lib/measure/onnxruntime";
import { applySettings, parseRunConfig } from "../../lib/train/run-config";
import { applyDiff, type ChangedKit, listings, page } from "./changed-kit";

const text = page("adding-a-binarizer.md");
const diffs = listings(text, "diff");

const files = [...text.matchAll(/`(lib\/\S+\.ts)`:\n\n```ts\n([\s\S]*?)^```$/gm)].map(([, name, code]) => ({
  name,
  code,
}));

/** Makes the page's changes. */
export function addBinarizers(kit: ChangedKit): void {
  for (const { name, code } of files) kit.write(name, code);
  for (const diff of diffs) kit.apply(diff);
}

export function testBinarizers(kit: ChangedKit): void {
  test("its command without code is understood", () => {
    const [, setting] = /--set '(.+)'/.exec(text) as RegExpExecArray;
    const { model } = parseRunConfig(applySettings({ extends: "digits" }, [setting]));
    expect(model.binarize.fc1).toMatchObject({
      weight: { quantizer: "sign", center: true },
      input: { quantizer: "rsign" },
    });
  });

  test("each addition is one file, and one line beside its import", () => {
    expect(files.length).toBe(5);
    expect(diffs.length).toBe(5);
    for (const diff of diffs) {
      const lines = diff.split("\n").filter((line) => line.startsWith("+"));
      expect(lines).toEqual([expect.stringMatching(/^\+import /), expect.stringMatching(/^\+ {2}\w+,$/)]);
      const changed = new Map<string, string>();
      const read = (file: string) => changed.get(file) ?? readFileSync(join(kitRoot(), file), "utf8");
      applyDiff(diff, read, (file, after) => changed.set(file, after)); // alone as well
      expect(changed.size).toBe(1);
    }
  });

  test("a copy of the kit with all its additions trains, packs and exports them", async () => {
    kit.write("use.cjs", use);
    const { code, output } = await kit.node("use.cjs", JSON.stringify(JSON.parse(listings(text, "json")[0])));
    expect({ code, output }).toMatchObject({ code: 0 });
    const results = JSON.parse(output.slice(output.lastIndexOf('{"mlp+mhsa')));
    expect(Object.keys(results)).toEqual(["mlp+mhsa/energy", "tanh", "narrowing", "middle", "choosy"]);
    for (const [name, { alphas, moved, packed, onnx }] of Object.entries<Result>(results)) {
      expect(moved, name).toBe(true);
      expect(packed, name).toBeLessThan(1e-4);
      if ("open" in onnxRuntime(require)) expect(onnx, name).toBeLessThan(1e-3);
      if (name === "mlp+mhsa/energy") for (const alpha of alphas) expect(alpha).toBeCloseTo(alphas[0], 5);
    }
  });
}

interface Result {
  readonly alphas: readonly number[];
  readonly moved: boolean;
  readonly packed: number;
  readonly onnx: number;
}

/**
 * Trains a few steps of the study's last row and of the other additions; compares packed model and ONNX with `forward`,
 * and the stored α of the first layer with the form's formula.
 */
const use = `
const lib = (name) => require("./lib/dist/" + name);
const tf = require("@tensorflow/tfjs");
const { useBackend } = lib("backend/select");
const { createEngine } = lib("deploy/engine");
const { decodePackedModel, encodePackedModel } = lib("deploy/format");
const { onnxModel } = lib("onnx/model");
const { packModel } = lib("deploy/pack");
const { parseStudyConfig } = lib("study/study-config");
const { train } = lib("train/train");
const { parseRunConfig } = lib("train/run-config");
const { forward } = lib("vit/model");
const { initialParameters, toTensors } = lib("vit/parameters");

const worst = (a, b) => Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

async function onnxLogits(file, images, shape) {
  const runtime = lib("measure/onnxruntime").onnxRuntime(require);
  if ("missing" in runtime) return undefined;
  const session = await runtime.open(file, { name: "images", shape, data: images }, "logits");
  return session.run();
}

async function result(binarize, data) {
  const config = parseRunConfig({
    extends: "digits",
    dataset: { trainLimit: 64 },
    model: { embedDim: 16, depth: 2, numHeads: 2, mlpDim: 32, binarize },
    training: { epochs: 2, batchSize: 32, warmupEpochs: 1 },
  });
  const { parameters } = await train(config, 1, data);
  const name = "blocks.0.mlp.fc1.weight";
  const model = await decodePackedModel(
    await encodePackedModel(packModel(config.model, parameters, { name: "x", seed: 1, dataset: { name: "x", sha256: "x" } })),
  );
  const shape = [20, 8, 8, 1];
  const images = Float32Array.from({ length: 20 * 64 }, (_, i) => Math.sin(i * i));
  const tensors = toTensors(parameters);
  const logits = tf.tidy(() => forward(config.model, tensors, tf.tensor(images, shape)).dataSync());
  const onnx = await onnxLogits(onnxModel(config.model, parameters), images, shape);
  const energies = new Float64Array(32);
  parameters[name].data.forEach((weight, i) => { energies[i % 32] += weight * weight / 16; });
  return {
    alphas: Array.from(model.tensors[name + ".alpha"].data, (alpha, o) => alpha / Math.sqrt(energies[o])),
    moved: worst(parameters[name].data, initialParameters(config.model, 1)[name].data) > 1e-4,
    packed: worst(createEngine(model).forward(images, 20), logits),
    onnx: onnx && worst(onnx, logits),
  };
}

(async () => {
  await useBackend("wasm");
  const data = await lib("data/load").loadDataset({ name: "digits", trainLimit: 64 });
  const few = (split) => ({ pixels: split.pixels.subarray(0, 64 * 32), labels: split.labels.subarray(0, 32), count: 32 });
  const small = { ...data, validation: few(data.validation), test: few(data.test) };
  const row = parseStudyConfig(JSON.parse(process.argv[2])).rows.at(-1);
  const ways = {
    [row.name]: row.config.model.binarize,
    tanh: { mlp: { activationSte: "tanh", weightSte: "tanh" } },
    narrowing: { mlp: { activationSte: "narrowing", weightSte: "narrowing" } },
    middle: { mlp: "middle", mhsa: "middle" },
    choosy: { mlp: "choosy", mhsa: "choosy", scores: "choosy", values: "choosy" },
  };
  const results = {};
  for (const [name, binarize] of Object.entries(ways)) results[name] = await result(binarize, small);
  console.log(JSON.stringify(results));
})();
`;
