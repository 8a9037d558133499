import type { Command } from "commander";
import type { BenchName, BenchResult } from "../measure/bench";
import type { BytesRow } from "../measure/model-bytes";
import { oneOf, wholeNumber } from "./run-input";
import { alignedTable, bar, duration, rate, StatusLine } from "./terminal";

/** `binvit bench`: how fast products, inference and training are here, next to others. */
export function registerBench(program: Command): void {
  program
    .command("bench")
    .description(
      "throughput, bytes and memory next to onnxruntime (float, int8), PyTorch, TensorFlow.js and jax-js, in one run",
    )
    .argument("[what]", "gemm, inference, training or all", "all")
    .option("--rounds <n>", "rounds; medians and ranges are over these", "9")
    .option("--json <file>", "also write everything there")
    .addHelpText(
      "after",
      "\nRun it on a quiet machine: it counts wall-clock time on one thread. All takes some minutes; peers that are not\nhere are named. PyTorch, int8 and jax-js come with `node bench/peers/setup.cjs`.",
    )
    .action(run);
}

async function run(what: string, options: { readonly rounds: string; readonly json?: string }): Promise<void> {
  const rounds = wholeNumber("--rounds", options.rounds, { least: 1, most: 1000 });
  const { benchNames, runBench } = await import("../measure/bench");
  const { describeMachine, loadWarning, machineLines } = await import("../measure/machine");
  const name = oneOf("bench", what, [...benchNames, "all"]);
  const chosen = name === "all" ? benchNames : [name];
  const { prepareFile, writeAtomically } = await import("../base/files");
  const { isStandardOutput } = await import("../base/written-place");
  const stream = isStandardOutput(options.json ?? "") ? process.stderr : process.stdout; // JSON comes out there alone
  const say = (text: string) => stream.write(`${text}\n`);
  if (options.json !== undefined) {
    prepareFile(options.json); // a wrong path is better known now than after minutes
  }
  const startedAt = performance.now();
  const machine = describeMachine();
  const warning = loadWarning(machine);
  say(`${machineLines(machine)}\n${warning ? `${warning}\n` : ""}`);
  const status = new StatusLine(15, stream);
  const result = await runBench(chosen, rounds, (part, share) => status.update(`${bar(share)} ${part}`));
  status.done();
  print(result, chosen, rounds, say);
  if (options.json !== undefined) {
    const { missing: _, ...measured } = result;
    writeAtomically(options.json, `${JSON.stringify(measured, null, 1)}\n`);
  }
  say(`\nTook ${duration((performance.now() - startedAt) / 1000)}.`);
}

function print(
  { rows, bytes, memory, peers, missing }: BenchResult,
  chosen: readonly BenchName[],
  rounds: number,
  say: (text: string) => void,
): void {
  for (const name of chosen) {
    const own = rows.filter((row) => row.bench === name);
    const cells = own.map((row) => [
      row.case,
      row.peer,
      rate(row.ours),
      rate(row.theirs),
      rate(row.ratio.median),
      `${rate(row.ratio.min)} … ${rate(row.ratio.max)}`,
    ]);
    const unit = name === "gemm" ? "Gop/s" : "images/s";
    say(`${alignedTable([`${name}, ${unit}`, "peer", "ours", "theirs", "×", "min … max"], cells)}\n`);
  }
  if (bytes.length > 0) {
    const float = ({ model }: BytesRow) =>
      bytes.find((row) => row.format === "safetensors" && row.model.split("/")[0] === model.split("/")[0])!;
    const cells = bytes.map((row) => [
      row.model,
      row.format,
      (row.bytes / 1000).toFixed(1),
      rate(float(row).bytes / row.bytes),
    ]);
    say(`${alignedTable(["model", "format", "kB", "× smaller"], cells)}\n`);
  }
  if (memory.length > 0) {
    const cells = memory.map((row) => [row.case, row.task, row.variant, (row.bytes / 2 ** 20).toFixed(1)]);
    say(`${alignedTable(["memory", "task", "variant", "MiB"], cells)}\n`);
  }
  say(`Warm, median of ${rounds} interleaved rounds (a third of them for runs above 1 s); × is ours / theirs.`);
  for (const name of chosen) say(explanations[name]);
  if (memory.length > 0) say(explanations.memory);
  for (const [name, version] of Object.entries(peers)) say(`${name}: ${version}${remarks[name] ?? ""}`);
  for (const problem of missing) say(`Left out: ${problem}`);
}

const remarks: Readonly<Record<string, string>> = {
  pytorch: "; w1a1 is simulated in floats, with our gradients",
  "tfjs-node": "; w1a1 is our operations, simulated in floats",
};

const explanations = {
  gemm: `gemm: m×k×n, 2 operations a multiply-accumulate. Ours multiplies signs by signs with coefficients and bias, the
  packing of the activations counted; theirs multiply floats. float: ours are floats too. signs-float: signs by floats, against our float product.`,
  inference: `inference: from pixels to logits. Ours is the packed engine on W1A1, on a model whose attention is binary too
  (everything), or our float model; theirs are float models, except onnxruntime-int8: the float model quantized by
  onnxruntime's own tools, dynamic or static (QDQ), whichever was faster, with its attention in floats; and
  pytorch-w1a1, simulated in floats. The same threads and options for float and int8.`,
  training: `training: forward, loss and all gradients, without the optimizer. stock-wasm is the float model in plain
  TensorFlow.js, which has no binarization; own-stock-kernels our operations without our WebAssembly
  kernels; compiled is torch.compile; trimmed computes the last block for the class token alone, as ours does; -float is
  the peer's float step against our W1A1. workers-2 shares the batch out over two threads; all else is one thread.`,
  memory: `memory: all WebAssembly memory after one step or inference in a process of its own; it never shrinks, and
  TensorFlow.js lets it grow in coarse steps. packed: the engine with its weights, 16 images at a time.`,
};
