import type { Command } from "commander";
import { BinvitError } from "../base/errors";
import { dataToEvaluate, finishedRun, trainedOn } from "./finished-run";
import { alignedTable, bar, StatusLine } from "./terminal";

/** The largest difference of two logits that passes. */
const tolerance = 1e-4;

/** `binvit verify-packed`: the packed engine against the float simulation. */
export function registerVerifyPacked(program: Command): void {
  program
    .command("verify-packed")
    .description("pack a finished run and compare the engine with the float simulation on the test split")
    .argument("<run>", "folder with record.json and weights.safetensors")
    .option("--folder <folder>", "where its data set lies")
    .addHelpText(
      "after",
      `\nThe exit code is 1 if a logit differs by more than ${tolerance}, or any predicted class or any integer product of signs differs.` +
        "\n\nExample:\n  binvit verify-packed runs/digits-s1-0a1b2c3d",
    )
    .action(run);
}

async function run(folder: string, options: { readonly folder?: string }): Promise<void> {
  const { packedRun } = await import("../deploy/packed-run");
  const { decodePackedModel, encodePackedModel } = await import("../deploy/format");
  const { comparePacked } = await import("../deploy/parity");
  const { readWeights } = await import("../train/run-folder");
  const { useBackend } = await import("../backend/select");
  const record = await finishedRun(folder);
  const weights = readWeights(folder, record);
  const data = await dataToEvaluate(record.config.model, trainedOn(record), options);
  await useBackend("wasm", { oneBit: false }); // products of signs as float products: what they are compared with
  const packed = await decodePackedModel(await encodePackedModel(packedRun(record, weights)));
  const status = new StatusLine();
  const { count } = data.test;
  const parity = comparePacked(packed, record.config.model, weights, data, { maxBatch: 32 }, (done) =>
    status.update(`${bar(done / count)} ${done}/${count} images`),
  );
  status.done();
  const layers = parity.accumulators.map((layer) => [layer.layer, `${layer.count}`, `${layer.different}`]);
  if (layers.length > 0) console.log(`${alignedTable(["product of signs", "integers", "different"], layers)}\n`);
  console.log(
    `${parity.images} images: largest difference of a logit ${parity.largestDifference.toExponential(1)} ` +
      `(allowed ${tolerance}), predicted classes that differ ${parity.differentClasses}.`,
  );
  const different = parity.accumulators.reduce((sum, layer) => sum + layer.different, 0);
  if (parity.largestDifference > tolerance || parity.differentClasses > 0 || different > 0) {
    throw new BinvitError("The packed engine differs from the float simulation.");
  }
}
