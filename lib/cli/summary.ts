import { basename } from "node:path";
import type { Command } from "commander";
import { presets } from "../train/presets";
import { collect, presetArgument, presetOrFile } from "./run-input";
import { alignedTable } from "./terminal";

/** `binvit summary`: a model's layers, sizes and operations. */
export function registerSummary(program: Command): void {
  program
    .command("summary")
    .description("print each layer's shape, bits, bytes and operations for one image")
    .addArgument(presetArgument(Object.keys(presets)))
    .option("--set <key=value>", "change a setting, e.g. model.binarize.mlp=channel (repeatable)", collect)
    .option("--json", "print JSON instead")
    .addHelpText("after", "\nExample:\n  binvit summary digits --set model.binarize.mlp=channel")
    .action(run);
}

async function run(what: string, options: { readonly set?: string[]; readonly json?: boolean }): Promise<void> {
  const { applySettings, parseRunConfig } = await import("../train/run-config");
  const { summarize } = await import("../vit/summary");
  const written = presetOrFile(what, Object.keys(presets), (name) => ({ extends: name }));
  const { model } = parseRunConfig(applySettings(written, options.set ?? []), basename(what));
  const { rows, total } = summarize(model);
  if (options.json) {
    console.log(JSON.stringify({ rows, total }, null, 1));
    return;
  }
  const count = (n: number) => (n === 0 ? "-" : n.toLocaleString("en-US"));
  const cells = rows.map((row) => [
    row.name,
    row.shape,
    row.bits,
    count(row.parameters),
    count(row.bytesFloat),
    count(row.bytesPacked),
    count(row.macs),
    count(row.binaryMacs),
  ]);
  cells.push([
    "total",
    "",
    "",
    count(total.parameters),
    count(total.bytesFloat),
    count(total.bytesPacked),
    count(total.macs),
    count(total.binaryMacs),
  ]);
  const titles = ["layer", "shape", "bits w/a", "parameters", "bytes float", "bytes packed", "MACs", "binary MACs"];
  console.log(alignedTable(titles, cells));
  const { packedFileSize } = await import("../deploy/file-size");
  const file = await packedFileSize(model);
  const share = total.binaryMacs / (total.macs + total.binaryMacs);
  console.log(
    `\nPacked is ${(total.bytesFloat / total.bytesPacked).toFixed(2)} times smaller than float` +
      ` (${count(total.bytesScales)} bytes of scale factors included).` +
      (file
        ? `\nA file of \`binvit pack\` rounds floats to 16 bits, adds a header and fills rows up to words: about ${count(file)} bytes.`
        : "") +
      `\n${(100 * share).toFixed(1)}% of the multiply-accumulates are between two 1-bit operands. Counts are for one image.`,
  );
}
