/**
 * The classes of every test image by every way to compute a finished run, compared with those of the kernels. After
 * `npm run build` and a study: `npx vite-node bench/same-classes.ts runs/quick/*-s1-*`. Ends with 1 if any differ.
 */
import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../lib/backend/read";
import { type BackendChoice, type BackendOptions, useBackend } from "../lib/backend/select";
import { alignedTable } from "../lib/cli/terminal";
import { normalize } from "../lib/data/batches";
import { loadDataset } from "../lib/data/load";
import { createEngine } from "../lib/deploy/engine";
import { decodePackedModel, encodePackedModel } from "../lib/deploy/format";
import { packedRun } from "../lib/deploy/packed-run";
import { predictedClasses } from "../lib/deploy/predicted-classes";
import { onnxRuntime } from "../lib/measure/onnxruntime";
import { onnxModel } from "../lib/onnx/model";
import { readRecord, readWeights } from "../lib/train/run-folder";
import { forward } from "../lib/vit/model";
import { toTensors } from "../lib/vit/parameters";

const simulated: Record<string, [BackendChoice, BackendOptions]> = {
  kernels: ["wasm", {}],
  "float kernels": ["wasm", { oneBit: false }],
  "no kernels": ["wasm", { kernels: false }],
  cpu: ["cpu", {}],
};

const runtime = onnxRuntime(require);
if ("missing" in runtime) console.log(runtime.missing);

/** Logits of the whole test split by each way. */
async function allLogits(
  folder: string,
): Promise<{ name: string; logits: Record<string, Float32Array>; classes: number }> {
  const record = readRecord(folder)!;
  const weights = readWeights(folder, record);
  const { model } = record.config;
  const { numClasses, imageSize, channels } = model;
  const data = await loadDataset(record.config.dataset);
  const { images, count } = normalize(data, data.test, [...Array(data.test.count).keys()]);
  const shape: [number, number, number, number] = [count, imageSize, imageSize, channels];
  const logits: Record<string, Float32Array> = {};
  for (const [name, [choice, options]] of Object.entries(simulated)) {
    await useBackend(choice, options);
    logits[name] = tf.tidy(() => readFloats(forward(model, toTensors(weights), tf.tensor(images, shape))));
  }
  await useBackend("wasm");
  const packed = await decodePackedModel(await encodePackedModel(packedRun(record, weights)));
  logits.engine = createEngine(packed).forward(images, count);
  logits["scalar engine"] = createEngine(packed, { kernels: "scalar" }).forward(images, count);
  if ("open" in runtime) {
    const session = await runtime.open(onnxModel(model, weights), { name: "images", shape, data: images }, "logits");
    logits.onnx = await session.run();
    await session.release();
  }
  return { name: record.name, logits, classes: numClasses };
}

async function main(): Promise<void> {
  let different = 0;
  const rows: string[][] = [];
  let titles: string[] = [];
  for (const folder of process.argv.slice(2)) {
    const { name, logits, classes } = await allLogits(folder);
    const expected = predictedClasses(logits.kernels, classes);
    const cells = Object.values(logits).map((values) => {
      const same = predictedClasses(values, classes).filter((label, i) => label === expected[i]).length;
      different += expected.length - same;
      return `${same}/${expected.length}`;
    });
    titles = ["run", ...Object.keys(logits)];
    rows.push([name, ...cells]);
    console.error(`${name}: ${cells.join(" ")}`);
  }
  if (rows.length === 0) throw new Error("Give run folders: npx vite-node bench/same-classes.ts runs/quick/*-s1-*");
  console.log(alignedTable(titles, rows));
  process.exitCode = different > 0 ? 1 : 0;
}

main();
