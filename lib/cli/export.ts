import type { Command } from "commander";
import { defaultOperatorSet, operatorSets } from "../onnx/graph";
import { finishedRun, prepareBeside } from "./finished-run";
import { wholeNumber } from "./run-input";

/** `binvit export`: a finished run as a file that other programs run. */
export function registerExport(program: Command): void {
  program
    .command("export")
    .description("write a finished run as an ONNX file, to be run by onnxruntime and others")
    .argument("<run>", "folder with record.json and weights.safetensors")
    .requiredOption("--onnx <file>", "where to")
    .option(
      "--opset <number>",
      `ONNX operator set, ${operatorSetLimits.least} to ${operatorSetLimits.most}`,
      `${defaultOperatorSet}`,
    )
    .option("--raw-pixels", "the file normalizes its input itself: give it pixels as the data set has them")
    .addHelpText(
      "after",
      "\nBinarized layers are simulated in floats there: the file computes the same, but is not smaller. Its metadata" +
        "\nholds mean, std, maxValue and classNames of the data, as JSON." +
        "\n\nExample:\n  binvit export runs/digits-s1-0a1b2c3d --onnx digits.onnx",
    )
    .action(runExport);
}

const operatorSetLimits = { least: operatorSets[0], most: operatorSets[operatorSets.length - 1] };

interface Options {
  readonly onnx: string;
  readonly opset: string;
  readonly rawPixels?: boolean;
}

/**
 * Writes a finished run as an ONNX file.
 *
 * @throws UsageError if there is no such operator set, FileError if the folder holds no sound run
 */
export async function runExport(folder: string, { onnx, opset, rawPixels }: Options): Promise<void> {
  const operatorSet = wholeNumber("--opset", opset, operatorSetLimits);
  const record = await finishedRun(folder);
  await prepareBeside(folder, onnx);
  const { readWeights } = await import("../train/run-folder");
  const { useBackend } = await import("../backend/select");
  const { onnxModel } = await import("../onnx/model");
  const { writeAtomically } = await import("../base/files");
  const { isStandardOutput } = await import("../base/written-place");
  const weights = readWeights(folder, record);
  await useBackend("wasm"); // signs and coefficients are the simulation's to the last bit
  const { maxValue, classNames } = record.dataset;
  const options = { operatorSet, rawPixels, pixels: record.dataset, classNames };
  const bytes = onnxModel(record.config.model, weights, options);
  writeAtomically(onnx, bytes);
  const { imageSize, channels, numClasses } = record.config.model;
  const input = rawPixels ? `pixels from 0 to ${maxValue}` : "normalized as its metadata says";
  const print = isStandardOutput(onnx) ? console.error : console.log; // the file itself is what comes out there
  print(
    `${onnx}: ${(bytes.length / 1000).toFixed(1)} kB, operator set ${operatorSet}. Input images [batch, ${imageSize}, ` +
      `${imageSize}, ${channels}] float32, ${input}; output logits [batch, ${numClasses}].`,
  );
}
