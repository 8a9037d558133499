/**
 * What `auto` has to choose from: a training step (without the optimizer) and an inference of the kit's models on our
 * kernels and on tfjs-node, where that is there (`scripts/build-tfjs-node.cjs`), and the bytes that each process takes.
 * After `npm run build`: `npx vite-node bench/backends.ts speed digits`, `memory cifar-s`, or `study 1,2,3` for accuracies;
 * with `TF_NUM_INTRAOP_THREADS=1` TensorFlow has one thread, as the kernels have.
 */
import { spawnSync } from "node:child_process";
import * as tf from "@tensorflow/tfjs";
import { loadNative } from "../lib/backend/native";
import { type BackendChoice, useBackend } from "../lib/backend/select";
import { alignedTable } from "../lib/cli/terminal";
import { loadDataset } from "../lib/data/load";
import { interleave, type Timer, timed } from "../lib/measure/interleave";
import { type BenchModel, benchModel, noiseBatch } from "../lib/measure/models";
import { type Spread, spread } from "../lib/measure/spread";
import { type floatModels, tensorInference, trainingStep } from "../lib/measure/steps";
import { studies } from "../lib/study/presets/index";
import { loadStudy } from "../lib/study/records";
import { parseStudyConfig } from "../lib/study/study-config";
import { train } from "../lib/train/train";

const batchSize = 64;

/** Name, backend, bits, whose operations. */
type Variant = readonly [string, "wasm" | "tensorflow", "float" | "w1a1", keyof typeof floatModels];
const variants: readonly Variant[] = [
  ["float, kernels", "wasm", "float", "own"],
  ["float, tfjs-node", "tensorflow", "float", "own"],
  ["float, tfjs-node, stock operations", "tensorflow", "float", "stock"],
  ["W1A1, kernels", "wasm", "w1a1", "own"],
  ["W1A1, tfjs-node", "tensorflow", "w1a1", "own"],
];
const tasks = ["training", "inference"] as const;

function workOf(model: BenchModel, task: (typeof tasks)[number], [, , bits, operations]: Variant): () => void {
  const config = model[bits];
  const batch = noiseBatch(config, batchSize);
  return task === "training"
    ? trainingStep(config, batch, operations)
    : tensorInference(config.model, batch, operations);
}

const range = ({ min, max }: Spread, digits: number): string => `${min.toFixed(digits)} … ${max.toFixed(digits)}`;

/** In turn: every variant of a model sees the same machine. */
async function compare(name: BenchModel["name"], rounds: number): Promise<string[][]> {
  const model = benchModel(name);
  const rows: string[][] = [];
  for (const task of tasks) {
    const timers: Record<string, Timer> = {};
    for (const variant of variants) {
      await useBackend(variant[1]);
      const use = () => void tf.setBackend(variant[1]); // done at once: the backend was started before
      timers[variant[0]] = timed(workOf(model, task, variant), use);
    }
    const seconds = await interleave(timers, rounds);
    for (const [what, , bits] of variants) {
      const ours = seconds[bits === "float" ? "float, kernels" : "W1A1, kernels"];
      const rates = spread(seconds[what].flatMap((value) => (value ? [batchSize / value] : [])));
      // Round by round, as the machine may have changed its speed from one to the next.
      const ratios = spread(
        seconds[what].flatMap((value, i) => {
          const our = ours[i];
          return value && our ? [value / our] : [];
        }),
      );
      rows.push([
        name,
        task,
        what,
        rates.median.toFixed(0),
        range(rates, 0),
        ratios.median.toFixed(2),
        range(ratios, 2),
      ]);
    }
  }
  return rows;
}

/** The largest resident size of a process that takes some steps and does nothing else. */
async function probe(name: BenchModel["name"], task: (typeof tasks)[number], variant: Variant): Promise<void> {
  await useBackend(variant[1] as BackendChoice);
  const before = process.resourceUsage().maxRSS;
  const work = workOf(benchModel(name), task, variant);
  const peaks: number[] = [];
  for (let i = 0; i < 30; i++) {
    work();
    peaks.push(process.resourceUsage().maxRSS);
  }
  const mebibytes = [before, peaks[2], peaks[29]].map((kilobytes) => (kilobytes / 1024).toFixed(0));
  console.log(JSON.stringify([name, task, variant[0], ...mebibytes, String(tf.memory().numTensors)]));
}

function memory(name: BenchModel["name"]): string[][] {
  return tasks.flatMap((task) =>
    variants.map((_, i) => {
      const command = ["vite-node", __filename, "probe", name, task, String(i)];
      const { stdout } = spawnSync("npx", command, { encoding: "utf8" });
      return JSON.parse(stdout.trim().split("\n").pop()!) as string[];
    }),
  );
}

/** Test accuracy of every row of the quick study on tfjs-node, beside that of the recorded run. */
async function study(seeds: readonly number[]): Promise<string[][]> {
  await useBackend("tensorflow");
  const data = await loadDataset({ name: "digits" });
  const recorded = loadStudy("quick");
  const rows: string[][] = [];
  for (const { name, config } of parseStudyConfig(studies.quick).rows) {
    for (const seed of seeds) {
      const kept = recorded.find((record) => record.name === name && record.seed === seed);
      if (!kept) throw new Error(`data/results/quick has no ${name} of seed ${seed}.`);
      const { test } = await train(config, seed, data);
      const accuracies = [kept.test.accuracy, test.accuracy].map((accuracy) => `${(100 * accuracy).toFixed(1)}%`);
      rows.push([name, String(seed), ...accuracies, String(tf.memory().numTensors)]);
      console.error(rows.at(-1)!.join("  "));
    }
  }
  return rows;
}

async function main([what, ...args]: string[]): Promise<void> {
  tf.env().set("PROD", true); // quiet: vite-node loads TensorFlow.js, and tfjs-node its CommonJS form once more
  const native = loadNative(require);
  if (!native.loaded) throw new Error(`${native.reason}: node scripts/build-tfjs-node.cjs builds it.`);
  const [name, task, variant] = args as [BenchModel["name"], (typeof tasks)[number], string];
  const head = ["model", "task", "variant"];
  if (what === "speed") {
    console.log(
      alignedTable(
        [...head, "images/s", "least … most", "kernels are faster ×", "least … most"],
        await compare(name, Number(args[1] ?? 15)),
      ),
    );
  } else if (what === "memory") {
    console.log(alignedTable([...head, "MiB before", "after 3 steps", "after 30 steps", "tensors"], memory(name)));
  } else if (what === "study") {
    const seeds = (args[0] ?? "1").split(",").map(Number);
    console.log(alignedTable(["row", "seed", "kernels, recorded", "tfjs-node", "tensors left"], await study(seeds)));
  } else if (what === "probe") await probe(name, task, variants[Number(variant)]);
  else
    throw new Error(
      "Give `speed MODEL [ROUNDS]` or `memory MODEL`, a MODEL being digits or cifar-s, or `study SEEDS`.",
    );
}

void main(process.argv.slice(2));
