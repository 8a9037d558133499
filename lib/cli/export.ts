import type { Command } from "commander";
import { UsageError } from "../errors";
import { finishedRun, prepareBeside } from "./finished-run";

/** `binvit export`: a finished run as a file that other programs run. */
export function registerExport(program: Command): void {
  program
    .command("export")
    .description("write a finished run as an ONNX file, to be run by onnxruntime and others")
    .argument("<run>", "folder with record.json and weights.safetensors")
    .requiredOption("--onnx <file>", "where to")
    .addHelpText(
      "after",
      "\nBinarized layers are simulated in floats there: the file computes the same, but is not smaller." +
        "\n\nExample:\n  binvit export runs/digits-s1-0a1b2c3d --onnx digits.onnx",
    )
    .action(run);
}

async function run(folder: string, { onnx }: { readonly onnx: string }): Promise<void> {
  if (onnx === "") throw new UsageError("--onnx expects a file to write, e.g. --onnx model.onnx.");
  const record = await finishedRun(folder);
  await prepareBeside(folder, onnx);
  const { readWeights } = await import("../train/run-folder");
  const { onnxModel } = await import("../deploy/onnx-model");
  const { isStandardOutput, writeAtomically } = await import("../files");
  const bytes = onnxModel(record.config.model, readWeights(folder, record));
  writeAtomically(onnx, bytes);
  const { imageSize, channels, numClasses } = record.config.model;
  const print = isStandardOutput(onnx) ? console.error : console.log; // the file itself is what comes out there
  print(
    `${onnx}: ${(bytes.length / 1000).toFixed(1)} kB, operator set 23. Input images [batch, ${imageSize}, ${imageSize}, ` +
      `${channels}] float32, normalized as in training; output logits [batch, ${numClasses}].`,
  );
}
