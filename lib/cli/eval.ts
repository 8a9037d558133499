import type { Command } from "commander";
import { DataError, FileError, UsageError } from "../errors";

/** `binvit eval`: a finished run on its test split again. */
export function registerEval(program: Command): void {
  program
    .command("eval")
    .description("evaluate a finished run on the test split, with the weights checked against their record")
    .argument("<run>", "folder with record.json and weights.safetensors")
    .option("--dataset <name>", "another data set with the same image size and classes")
    .option("--folder <folder>", "where that data set lies")
    .addHelpText("after", "\nExample:\n  binvit eval runs/digits-s1-0a1b2c3d")
    .action(run);
}

async function run(folder: string, options: { readonly dataset?: string; readonly folder?: string }): Promise<void> {
  const { readRecord, readWeights } = await import("../train/run-folder");
  const record = readRecord(folder);
  if (!record) {
    throw new FileError(
      `${folder} holds no record.json. Give the folder of a finished run, as \`binvit train\` prints it.`,
    );
  }
  const { datasetNames, isDatasetName } = await import("../data/catalog");
  if (options.dataset !== undefined && !isDatasetName(options.dataset)) {
    throw new UsageError(`--dataset expects ${datasetNames.join(", ")}, got "${options.dataset}".`);
  }
  const { parseRunConfig } = await import("../train/run-config");
  const dataset = options.dataset ? { name: options.dataset } : record.config.dataset;
  const config = parseRunConfig(
    { ...record.config, dataset: { ...dataset, ...(options.folder && { folder: options.folder }) } },
    folder,
  );
  const weights = readWeights(folder, record);
  const { useBackend } = await import("../backend/select");
  await useBackend();
  const { loadDataset } = await import("../data/load");
  const { checkFit } = await import("../train/loop");
  const { evaluate } = await import("../train/evaluate");
  const { toTensors } = await import("../vit/parameters");
  const data = await loadDataset(config.dataset);
  checkFit(config.model, data);
  if (!options.dataset && data.sha256 !== record.dataset.sha256) {
    throw new DataError(
      `${data.name} is not what this run was trained on: SHA-256 ${data.sha256.slice(0, 12)}…, its record says ` +
        `${record.dataset.sha256.slice(0, 12)}…. Check its files with \`binvit data verify ${data.name}\`.`,
    );
  }
  const result = evaluate(config.model, toTensors(weights), data, data.test);
  console.log(
    `${record.name}, seed ${record.seed}, on ${data.name}: test accuracy ${(100 * result.accuracy).toFixed(1)}%, ` +
      `loss ${result.loss.toFixed(3)}, ${result.count} images.`,
  );
  if (!options.dataset) {
    console.log(`Its record says ${(100 * record.test.accuracy).toFixed(1)}% and ${record.test.loss.toFixed(3)}.`);
  }
}
