import type { Command } from "commander";
import { wholeNumber } from "./run-input";
import { alignedTable, bar, StatusLine } from "./terminal";

/** `binvit bench`: how fast training is here, next to plain TensorFlow.js. */
export function registerBench(program: Command): void {
  program
    .command("bench")
    .description("training throughput on the WebAssembly backend: the kit's against plain TensorFlow.js, in one run")
    .option("--rounds <n>", "rounds; medians and ranges are over these", "7")
    .option("--json <file>", "also write the rows there")
    .addHelpText("after", "\nRun it on a quiet machine: it counts wall-clock time on one thread.")
    .action(run);
}

async function run(options: { readonly rounds: string; readonly json?: string }): Promise<void> {
  const rounds = wholeNumber("--rounds", options.rounds, 1);
  const { benchTraining } = await import("../bench/training");
  const status = new StatusLine();
  const rows = await benchTraining(rounds, (done, total) =>
    status.update(`${bar(done / total)} round ${done}/${total}`),
  );
  status.done();
  const number = (value: number) => value.toFixed(value < 100 ? 1 : 0);
  const cells = rows.map(({ case: name, variant, imagesPerSecond: rate, ratio }) => [
    name,
    variant,
    number(rate.median),
    `${number(rate.min)} … ${number(rate.max)}`,
    number(ratio.median),
    `${number(ratio.min)} … ${number(ratio.max)}`,
  ]);
  console.log(alignedTable(["case", "variant", "images/s", "min … max", "× stock", "min … max"], cells));
  console.log(`
One training step: forward, loss and all gradients, 64 images, one thread, median of ${rounds} interleaved rounds.
stock       plain TensorFlow.js on its WebAssembly backend; it has no binarization, so its model is float throughout
no-kernels  this kit's operations (explicit transposes, written-out gradients) on the same stock kernels
kernels     this kit's operations on its own WebAssembly kernels: what training uses`);
  if (options.json) {
    const { writeAtomically } = await import("../files");
    writeAtomically(options.json, `${JSON.stringify({ rows }, null, 1)}\n`);
  }
}
