import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { onnxRuntime } from "../../lib/bench/onnxruntime";
import { applySettings, parseRunConfig } from "../../lib/train/run-config";

const page = readFileSync(join(kitRoot(), "docs", "adding-a-binarizer.md"), "utf8");
const listings = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"))].map(([, text]) => text);

/** Applies a printed change: a file's name, then parts with their context, each of which stands once in that file. */
function apply(diff: string, read: (file: string) => string, write: (file: string, text: string) => void): void {
  const [header, ...rest] = diff.trimEnd().split("\n");
  const file = /^--- (lib\/\S+)$/.exec(header)?.[1] ?? `no file is named in ${header}`;
  for (const part of rest.join("\n").split(/^@@$\n/m)) {
    const lines = part.trimEnd().split("\n");
    const side = (left: string) =>
      lines.filter((line) => " ".concat(left).includes(line[0])).map((line) => line.slice(1));
    const [before, after] = [side("-"), side("+")].map((kept) => `${kept.join("\n")}\n`);
    const text = read(file);
    expect(text.split(before).length, `${file} has once:\n${before}`).toBe(2);
    write(
      file,
      text.replace(before, () => after),
    );
  }
}

/** The one that `npm run build` runs: several packages bring a tsc. */
const compiler = realpathSync(join(kitRoot(), "node_modules", ".bin", "tsc"));

const diffs = listings("diff");
const root = mkdtempSync(join(tmpdir(), "binvit-page-"));
afterAll(() => rmSync(root, { recursive: true }));

test("its command without code is understood", () => {
  const [, setting] = /--set '(.+)'/.exec(page) as RegExpExecArray;
  const { model } = parseRunConfig(applySettings({ extends: "digits" }, [setting]));
  expect(model.binarize.fc1).toMatchObject({ scale: "channel", weightSte: "approx", center: true });
});

test("each of its changes applies to the sources, alone as well", () => {
  expect(diffs.length).toBe(5);
  for (const diff of diffs) {
    const changed = new Map<string, string>();
    const read = (file: string) => changed.get(file) ?? readFileSync(join(kitRoot(), file), "utf8");
    apply(diff, read, (file, text) => changed.set(file, text));
    expect(changed.size).toBe(1);
  }
});

test("a copy of the kit with all its changes compiles, trains, packs and exports what they add", async () => {
  copyKit();
  for (const diff of diffs) {
    const read = (file: string) => readFileSync(join(root, file), "utf8");
    apply(diff, read, (file, text) => writeFileSync(join(root, file), text));
  }
  expect(await node([compiler, "-p", "lib/tsconfig.json"])).toEqual({ code: 0, output: "" });
  writeFileSync(join(root, "use.cjs"), use);
  const { code, output } = await node(["use.cjs", JSON.stringify(JSON.parse(listings("json")[0]))]);
  expect({ code, output }).toMatchObject({ code: 0 });
  const results = JSON.parse(output.slice(output.lastIndexOf('{"mlp+mhsa')));
  for (const name of ["mlp+mhsa/rms", "bireal", "tanh"]) {
    const { alphas, moved, packed, onnx } = results[name];
    expect(moved, name).toBe(true);
    expect(packed, name).toBeLessThan(1e-3);
    if ("open" in onnxRuntime(require)) expect(onnx, name).toBeLessThan(1e-3);
    if (name === "mlp+mhsa/rms") for (const alpha of alphas) expect(alpha).toBeCloseTo(1, 5);
  }
}, 300_000);

/** Sources, what the build makes of the kernels, and the packages. */
function copyKit(): void {
  const from = kitRoot();
  for (const name of ["package.json", "tsconfig.base.json"]) cpSync(join(from, name), join(root, name));
  const skipped = [join(from, "lib", "dist"), join(from, "lib", "node_modules")];
  cpSync(join(from, "lib"), join(root, "lib"), { recursive: true, filter: (path) => !skipped.includes(path) });
  const kernels = join("lib", "dist", "kernels", "binvit.wasm");
  mkdirSync(dirname(join(root, kernels)), { recursive: true });
  cpSync(join(from, kernels), join(root, kernels));
  for (const name of ["node_modules", join("lib", "node_modules"), "data"]) {
    if (existsSync(join(from, name))) symlinkSync(join(from, name), join(root, name), "junction");
  }
}

function node(words: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, words, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

/**
 * Trains a few steps of the study's last row and of the two other changes; compares packed model and ONNX with `forward`,
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
const { train } = lib("train/loop");
const { parseRunConfig } = lib("train/run-config");
const { forward } = lib("vit/model");
const { initialParameters, toTensors } = lib("vit/parameters");

const worst = (a, b) => Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));

async function onnxLogits(file, images, shape) {
  const runtime = lib("bench/onnxruntime").onnxRuntime(require);
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
    bireal: { mlp: "bireal", mhsa: "bireal" },
    tanh: { mlp: { activationSte: "tanh", weightSte: "tanh" } },
  };
  const results = {};
  for (const [name, binarize] of Object.entries(ways)) results[name] = await result(binarize, small);
  console.log(JSON.stringify(results));
})();
`;
