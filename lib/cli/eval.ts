import { existsSync, statSync } from "node:fs";
import type { Command } from "commander";
import type { DatasetConfig } from "../data/dataset-config";
import type { Evaluation } from "../train/evaluate";
import { type DataOptions, dataToEvaluate, finishedRun, trainedOn } from "./finished-run";

/** `binvit eval`: a finished run or a packed model on its test split. */
export function registerEval(program: Command): void {
  program
    .command("eval")
    .description("evaluate a finished run or a packed model on the test split, with its checksum checked")
    .argument("<run|file>", "folder with record.json and weights.safetensors, or a file made by `binvit pack`")
    .option(
      "--dataset <name>",
      "another data set of the same image size and number of classes, normalized as the run's",
    )
    .option("--folder <folder>", "where that data set lies")
    .addHelpText("after", "\nExamples:\n  binvit eval runs/digits-s1-0a1b2c3d\n  binvit eval model.safetensors")
    .action((what: string, options: DataOptions) =>
      existsSync(what) && !statSync(what).isDirectory() ? evaluatePacked(what, options) : evaluateRun(what, options),
    );
}

async function evaluateRun(folder: string, options: DataOptions): Promise<void> {
  const record = await finishedRun(folder);
  const { config } = record;
  const data = await dataToEvaluate(config.model, trainedOn(record), options);
  const { readWeights } = await import("../train/run-folder");
  const weights = readWeights(folder, record);
  const { useBackend } = await import("../backend/select");
  await useBackend();
  const { evaluate } = await import("../train/evaluate");
  const { toTensors } = await import("../vit/parameters");
  const result = evaluate(config.model, toTensors(weights), data, data.test);
  console.log(resultLine(record.name, record.seed, data.name, result));
  if (!options.dataset) {
    console.log(`Its record says ${(100 * record.test.accuracy).toFixed(1)}% and ${record.test.loss.toFixed(3)}.`);
  }
}

async function evaluatePacked(path: string, options: DataOptions): Promise<void> {
  const { loadPackedModel } = await import("../deploy/load");
  const model = await loadPackedModel(path);
  const { name, seed, dataset } = model.origin;
  const { sha256, ...trained } = dataset;
  const config = trained as DatasetConfig; // a name that is not known here is refused when it is loaded
  const { pixels, classNames } = model;
  const data = await dataToEvaluate(model.config, { config, sha256, ...pixels, classNames }, options);
  const { createEngine } = await import("../deploy/engine");
  const { batches } = await import("../data/batches");
  const { Tally } = await import("../train/evaluate");
  const engine = createEngine(model);
  const tally = new Tally();
  let milliseconds = 0;
  for (const { images, labels, count } of batches(data, data.test, { batchSize: 128 })) {
    const startedAt = performance.now();
    const logits = engine.forward(images, count);
    milliseconds += performance.now() - startedAt;
    tally.add(logits, labels);
  }
  const result = tally.result();
  console.log(resultLine(name, seed, data.name, result));
  const rate = (1000 * result.count) / milliseconds;
  console.log(`Packed engine, ${engine.tier} kernels, one thread: ${rate.toFixed(0)} images/s.`);
}

const resultLine = (name: string, seed: number, data: string, { accuracy, loss, count }: Evaluation): string =>
  `${name}, seed ${seed}, on ${data}: test accuracy ${(100 * accuracy).toFixed(1)}%, ` +
  `loss ${loss.toFixed(3)}, ${count} images.`;
