import type { Command } from "commander";
import { finishedRun, prepareBeside } from "./finished-run";
import { floatsChoice, floatsOption } from "./floats-option";
import { alignedTable } from "./terminal";

/** `binvit pack`: a finished run as a file with one bit for every binarized weight. */
export function registerPack(program: Command): void {
  program
    .command("pack")
    .description("write a finished run as a packed 1-bit model, for the engine that runs without TensorFlow.js")
    .argument("<run>", "folder with record.json and weights.safetensors")
    .requiredOption("--out <file>", "where to, e.g. model.safetensors")
    .addOption(floatsOption())
    .addHelpText(
      "after",
      "\nThe file is described in docs/packed-model.md.\n\nExample:\n  binvit pack runs/digits-s1-0a1b2c3d --out model.safetensors",
    )
    .action(run);
}

interface PackOptions {
  readonly out: string;
  readonly floats: string;
}

async function run(folder: string, { out, floats }: PackOptions): Promise<void> {
  const { packedRun } = await import("../deploy/packed-run");
  const { roundFloats } = await import("../deploy/round-floats");
  const { encodePackedModel } = await import("../deploy/format");
  const { sizesOf } = await import("../deploy/sizes");
  const { encodeSafetensors } = await import("../base/safetensors");
  const { summarize } = await import("../vit/summary");
  const { readWeights } = await import("../train/run-folder");
  const { useBackend } = await import("../backend/select");
  const { writeAtomically } = await import("../base/files");
  const { isStandardOutput } = await import("../base/written-place");
  const bits = floatsChoice(floats);
  const record = await finishedRun(folder);
  await prepareBeside(folder, out);
  const weights = readWeights(folder, record);
  await useBackend("wasm"); // its coefficients are the simulation's to the last bit
  const model = roundFloats(packedRun(record, weights), bits);
  const file = await encodePackedModel(model);
  writeAtomically(out, file);
  const float = encodeSafetensors(weights).length;
  const sizes = sizesOf(model, file.length);
  const count = (bytes: number) => bytes.toLocaleString("en-US");
  const rows = Object.entries(sizes).map(([part, bytes]) => [
    part,
    count(bytes),
    `${((100 * bytes) / file.length).toFixed(1)}%`,
  ]);
  const print = isStandardOutput(out) ? console.error : console.log; // the file itself is what comes out there
  print(alignedTable(["part", "bytes", "share"], [...rows, ["total", count(file.length), "100.0%"]]));
  print(
    `\n${out}: ${count(file.length)} bytes; as 32-bit floats in safetensors ${count(float)}, ` +
      `${(float / file.length).toFixed(2)} times as many.` +
      (bits === 32
        ? ""
        : `\nWhat stays float is rounded to ${bits} bits; \`binvit verify-packed ${folder} --floats ${bits}\` measures what that changes.`) +
      `\n\`binvit summary\` and the tables of studies count ${count(summarize(record.config.model).total.bytesPacked)} bytes for it: ` +
      "floats in 32 bits, no header, and no rows of signs filled up to whole words.",
  );
}
