import type { Command } from "commander";
import { BinvitError } from "../base/errors";
import { logitTolerance } from "../deploy/logit-difference";
import { dataToEvaluate, finishedRun, trainedOn } from "./finished-run";
import { floatsChoice, floatsOption } from "./floats-option";
import { alignedTable, bar, StatusLine } from "./terminal";

/** `binvit verify-packed`: the packed engine against the float simulation. */
export function registerVerifyPacked(program: Command): void {
  program
    .command("verify-packed")
    .description("pack a finished run and compare the engine with the float simulation on the test split")
    .argument("<run>", "folder with record.json and weights.safetensors")
    .option("--folder <folder>", "where its data set lies")
    .addOption(floatsOption())
    .addHelpText(
      "after",
      `\nThe exit code is 1 if a logit differs by more than ${logitTolerance}, or any predicted class or any integer product of signs differs.` +
        "\nWhere that is so because rounding decides a sign (another order of the same sum), the image is counted and lets" +
        "\nnothing fail: the engine gives for it what the simulation gives for pixels moved by a millionth." +
        "\nWhat rounding floats to fewer bits changes is measured and said, and lets nothing fail." +
        "\n\nExample:\n  binvit verify-packed runs/digits-s1-0a1b2c3d",
    )
    .action(run);
}

interface VerifyOptions {
  readonly folder?: string;
  readonly floats: string;
}

async function run(folder: string, options: VerifyOptions): Promise<void> {
  const { packedRun } = await import("../deploy/packed-run");
  const { decodePackedModel, encodePackedModel } = await import("../deploy/format");
  const { comparePacked } = await import("../deploy/parity");
  const { roundFloats } = await import("../deploy/round-floats");
  const { roundedModel } = await import("../deploy/rounded-model");
  const { compareRounding } = await import("../deploy/rounding");
  const { readWeights } = await import("../train/run-folder");
  const { useBackend } = await import("../backend/select");
  const bits = floatsChoice(options.floats);
  const record = await finishedRun(folder);
  const weights = readWeights(folder, record);
  const data = await dataToEvaluate(record.config.model, trainedOn(record), options);
  await useBackend("wasm", { oneBit: false }); // products of signs as float products: what they are compared with
  const exact = packedRun(record, weights);
  const packed = await decodePackedModel(await encodePackedModel(roundFloats(exact, bits)));
  const { model } = record.config;
  const rounded = roundedModel({ config: model, parameters: weights }, exact, packed);
  const status = new StatusLine();
  const { count } = data.test;
  const onBatch = (done: number) => status.update(`${bar(done / count)} ${done}/${count} images`);
  const parity = rounded
    ? comparePacked(packed, rounded.config, rounded.parameters, data, { maxBatch: 32 }, onBatch)
    : comparePacked(exact, model, weights, data, { maxBatch: 32 }, onBatch);
  status.done();
  const layers = parity.accumulators.map((layer) => [layer.layer, `${layer.count}`, `${layer.different}`]);
  if (layers.length > 0) console.log(`${alignedTable(["product of signs", "integers", "different"], layers)}\n`);
  console.log(
    `${parity.images} images: largest difference of a logit ${parity.largestDifference.toExponential(1)} ` +
      `(allowed ${logitTolerance}), predicted classes that differ ${parity.differentClasses}.`,
  );
  if (parity.nearThreshold > 0) {
    console.log(
      `In ${parity.nearThreshold} of them rounding decides a sign: compared with the simulation of pixels moved by a millionth.`,
    );
  }
  if (!rounded) {
    console.log(
      `Compared with 32 bits: no parameters of this method are packed into numbers that were rounded to ${bits}.`,
    );
  }
  if (bits !== 32) {
    const { accuracy, largestDifference, differentClasses, images } = compareRounding(exact, packed, data);
    const [before, after] = accuracy.map((share) => `${(100 * share).toFixed(1)}%`);
    console.log(
      `Floats in ${bits} bits for 32: test accuracy ${after} for ${before}, ${differentClasses} of ${images} images of ` +
        `another class, largest difference of a logit ${largestDifference.toExponential(1)}.`,
    );
  }
  const different = parity.accumulators.reduce((sum, layer) => sum + layer.different, 0);
  if (parity.largestDifference > logitTolerance || parity.differentClasses > 0 || different > 0) {
    throw new BinvitError("The packed engine differs from the float simulation.");
  }
}
