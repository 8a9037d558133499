import { basename } from "node:path";
import { type Command, Option } from "commander";
import type { RunMessage } from "../study/train-process";
import { presets } from "../train/presets";
import type { EpochRecord } from "../train/record";
import { interruptSignal } from "./interrupt";
import {
  backendChoice,
  backendOption,
  collect,
  oneSeed,
  parallelLimits,
  presetArgument,
  presetOrFile,
  runName,
  wholeNumber,
} from "./run-input";
import { bar, duration, StatusLine } from "./terminal";

/** `binvit train`: one run into one folder. */
export function registerTrain(program: Command): void {
  program
    .command("train")
    .description("train one model; an interrupted run goes on where it was, a finished one is found")
    .addArgument(presetArgument(Object.keys(presets)))
    .option("--set <key=value>", "change a setting, e.g. model.binarize.mlp=channel (repeatable)", collect)
    .option("--seed <n>", "seed of weights, order and augmentation", "1")
    .option("--name <text>", "name of the run in tables")
    .option("--out <folder>", "folder for record.json and the weights (default: runs/<name>-s<seed>-<id>)")
    .option("--workers <n>", "threads that share out every batch; runs repeat bit for bit for the same number", "1")
    .addOption(backendOption())
    .addOption(new Option("--child", "tell the process that started this one how it goes, and end with it").hideHelp())
    .addHelpText(
      "after",
      "\nExamples:\n  binvit train digits\n  binvit train digits --set model.binarize.mlp=channel --set training.epochs=5",
    )
    .action(run);
}

interface Options {
  readonly set?: string[];
  readonly seed: string;
  readonly name?: string;
  readonly out?: string;
  readonly workers: string;
  readonly backend: string;
  readonly child?: boolean;
}

async function run(what: string, options: Options): Promise<void> {
  const tell = (message: RunMessage) => {
    // That its reader has gone is told by the signal, not by an error here.
    if (options.child && process.connected) process.send?.(message, undefined, undefined, () => {});
  };
  try {
    await trainOne(what, options, tell);
  } catch (error) {
    const { name, message } = error as Error;
    tell({ failed: { name, message } });
    throw error;
  }
}

async function trainOne(what: string, options: Options, tell: (message: RunMessage) => void): Promise<void> {
  const { applySettings, parseRunConfig } = await import("../train/run-config");
  const { fileName } = await import("../train/file-name");
  const { findFolder } = await import("../train/find-folder");
  const { runIdentity, weightsOf } = await import("../train/identity");
  const { checkOrigins, readOrigins } = await import("../train/origins");
  const { arithmetic } = await import("../backend/arithmetic");
  const { useBackend } = await import("../backend/select");
  const seed = oneSeed("--seed", options.seed);
  const workers = wholeNumber("--workers", options.workers, parallelLimits);
  const choice = backendChoice(options.backend);
  const written = presetOrFile(what, Object.keys(presets), (name) => ({ extends: name }));
  const config = parseRunConfig(applySettings(written, options.set ?? []), basename(what));
  const name = runName("--name", options.name ?? basename(what, ".json"));
  const signal = interruptSignal(options.child);
  const backend = await useBackend(choice);
  checkOrigins(config);
  const identity = runIdentity(config, seed, arithmetic(), weightsOf(readOrigins(config)));
  const folder = options.out ?? findFolder("runs", `${fileName(name, "run")}-s${seed}`, identity);
  const { trainInto } = await import("../train/run");
  console.log(`Training ${name}, seed ${seed}, on ${config.dataset.name} with the ${backend.backend} backend.`);
  const { epochs, warmupEpochs, learningRate } = config.training;
  if (warmupEpochs > epochs) {
    const counted = `warmupEpochs is ${warmupEpochs}, epochs ${epochs}`;
    console.log(`The learning rate ends before it has risen to ${learningRate}: ${counted}.`);
  }
  const status = new StatusLine();
  const startedAt = performance.now();
  let firstStep: number | undefined;
  const { record, existed } = await trainInto({ name, config, seed }, folder, {
    signal,
    workers,
    onNotice: (line) => {
      status.done();
      console.error(line);
      tell({ notice: line });
    },
    onStep: ({ epoch, epochs, step, steps, loss }) => {
      tell({ progress: { epoch, epochs, step, steps, loss } });
      firstStep ??= step;
      const share = step / steps;
      const left = ((performance.now() - startedAt) / 1000 / (step - firstStep + 1)) * (steps - step);
      status.update(`${bar(share)} epoch ${epoch}/${epochs}  loss ${loss.toFixed(3)}  ${duration(left)} left`);
    },
    onEpoch: (epoch) => status.done(epochLine(epoch, config.training.epochs)),
  });
  status.done();
  if (existed) console.log("This run was finished before; nothing was trained.");
  console.log(
    `Test accuracy ${(100 * record.test.accuracy).toFixed(1)}%, loss ${record.test.loss.toFixed(3)}, ` +
      `${record.test.count} images; ${duration(record.seconds)} of training.`,
  );
  console.log(`Record and weights: ${folder}`);
}

const epochLine = (e: EpochRecord, epochs: number): string =>
  `epoch ${String(e.epoch).padStart(String(epochs).length)}/${epochs}  ` +
  `train ${e.trainLoss.toFixed(3)} ${percent(e.trainAccuracy)}  ` +
  `validation ${e.validationLoss.toFixed(3)} ${percent(e.validationAccuracy)}  ` +
  `flips ${percent(e.flipShare)}  ${e.imagesPerSecond.toFixed(0)} images/s`;

const percent = (share: number): string => `${(100 * share).toFixed(1).padStart(5)}%`;
