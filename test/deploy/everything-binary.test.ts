import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { kitRoot } from "../../lib/base/kit-root";
import { batches } from "../../lib/data/batches";
import type { Dataset } from "../../lib/data/dataset";
import { loadDataset } from "../../lib/data/load";
import { createEngine } from "../../lib/deploy/engine";
import { encodePackedModel } from "../../lib/deploy/format";
import { packModel } from "../../lib/deploy/pack";
import { packedLinears } from "../../lib/deploy/packed-config";
import type { PackedModel } from "../../lib/deploy/packed-model";
import { comparePacked } from "../../lib/deploy/parity";
import { parseRunConfig } from "../../lib/train/run-config";
import { train } from "../../lib/train/train";
import type { ParameterArrays } from "../../lib/vit/parameters";
import { chromium, page, resultsInChromium } from "./chromium";
import { origin, simulate } from "./simulation";

// Nothing but norms, positions and the head is left in floats: both convolutions of the stem, qkv, QK^T, AV, projection,
// fc1 and fc2 are products of bits.
const config = parseRunConfig({
  extends: "digits",
  dataset: { trainLimit: 400 },
  model: {
    ...{ stem: "conv", embedDim: 32, mlpDim: 64, depth: 2 },
    binarize: { conv: "bit", mlp: "bit", mhsa: "bit", scores: "bit", values: "bit" },
  },
  training: { epochs: 4, warmupEpochs: 1 },
});

let [digits, parameters, model] = [{} as Dataset, {} as ParameterArrays, {} as PackedModel];

beforeAll(async () => {
  await useBackend("wasm");
  digits = await loadDataset(config.dataset);
  ({ parameters } = await train(config, 1, digits));
  model = packModel(config.model, parameters, origin, { pixels: digits, classNames: digits.classNames });
}, 60_000);

test("every product of a trained model is one of bits", () => {
  const floats = packedLinears(model.config).filter(({ form }) => form === "float" || form.inputs !== "signs");
  expect(floats.map(({ name }) => name)).toEqual(["head"]);
  expect([model.config.scores, model.config.values]).not.toContain("float");
});

test.each(["simd", "scalar"] as const)(
  "the engine has the simulation's integers and logits in Node, %s",
  async (tier) => {
    await useBackend("wasm", { oneBit: false });
    const kernels = tier === "scalar" ? "scalar" : undefined;
    const parity = comparePacked(model, config.model, parameters, digits, { kernels });
    expect(parity).toMatchObject({ images: 360, largestDifference: 0, differentClasses: 0 });
    // Two convolutions, then qkv, scores, values, projection, fc1 and fc2 of two blocks.
    expect(parity.accumulators.map(({ different }) => different)).toEqual(Array(2 + 2 * 6).fill(0));
  },
);

/** Logits of the test digits, of both sets of kernels. */
const script = `<script type="module">
  import { createEngine, decodePackedModel } from "./esm/engine.js";
  const bytes = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());
  const model = await decodePackedModel(await bytes("model.safetensors"));
  const digits = await bytes("digits.bin");
  const engines = [{}, { kernels: "scalar" }].map((options) => createEngine(model, options));
  console.log(engines.map(({ tier }) => tier).join(), engines.flatMap((engine) => [...engine.forward(digits, 100)]));
</script>`;

test.skipIf(!existsSync(chromium))(`and on a page (skipped without ${chromium})`, async () => {
  const file = await encodePackedModel(model);
  const raw = digits.test.pixels.subarray(0, 100 * 64);
  const read = (path: string) => {
    const made: Record<string, string | Uint8Array> = {
      "page.html": page(script),
      "model.safetensors": file,
      "digits.bin": raw,
    };
    if (path in made) return made[path];
    const code = join(kitRoot(), "lib", "dist", path);
    return existsSync(code) ? readFileSync(code) : undefined;
  };
  await useBackend("wasm", { oneBit: false });
  const [{ images }] = batches(digits, { ...digits.test, count: 100 }, { batchSize: 100 });
  const logits = [...simulate(config.model, parameters, images)];
  expect([...createEngine(model).forward(raw, 100)]).toEqual(logits);
  const { "page.html": posted } = await resultsInChromium(read, ["page.html"]);
  expect(posted).toEqual({ name: "simd,scalar", logits: [...logits, ...logits] });
});
