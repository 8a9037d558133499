import type { Command } from "commander";
import { FileError } from "../errors";

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
  const weights = readWeights(folder, record);
  const { parseRunConfig } = await import("../train/run-config");
  const dataset = options.dataset ? { name: options.dataset } : record.config.dataset;
  const config = parseRunConfig(
    { ...record.config, dataset: { ...dataset, ...(options.folder && { folder: options.folder }) } },
    options.dataset ? "--dataset" : folder,
  );
  const { useBackend } = await import("../backend/select");
  await useBackend();
  const { loadDataset } = await import("../data/load");
  const { checkFit } = await import("../train/loop");
  const { evaluate } = await import("../train/evaluate");
  const { toTensors } = await import("../vit/parameters");
  const data = await loadDataset(config.dataset);
  checkFit(config.model, data);
  const result = evaluate(config.model, toTensors(weights), data, data.test);
  console.log(
    `${record.name}, seed ${record.seed}, on ${data.name}: test accuracy ${(100 * result.accuracy).toFixed(1)}%, ` +
      `loss ${result.loss.toFixed(3)}, ${result.count} images.`,
  );
  if (!options.dataset) {
    console.log(`Its record says ${(100 * record.test.accuracy).toFixed(1)}% and ${record.test.loss.toFixed(3)}.`);
  }
}
