import type { Command } from "commander";
import { studyNames } from "../study/study-names";
import { interruptSignal } from "./interrupt";
import { collect, oneOf, presetArgument, usualJobs, workersElsewhere } from "./run-input";
import { type ClusterOptions, submitStudy } from "./study-cluster";
import { registerStudyFolder } from "./study-folder";
import { checkStudy, estimateStudy, type ReviewOptions } from "./study-review";
import { refuseUnread, type StudyWay } from "./study-ways";
import { type StudyOptions, showResult, trainStudy } from "./train-study";

/** `binvit study`: a grid of runs and its table. */
export function registerStudy(program: Command): void {
  const study = program
    .command("study")
    .enablePositionalOptions()
    .description("train every row of a study with every seed, then print its table; finished runs are found")
    .addArgument(presetArgument(studyNames))
    .option("--seeds <list>", "seeds, e.g. 1,2,3 or 1-10", "1")
    .option("--rows <names>", "only these rows, e.g. float,mlp/channel, and what they need (repeatable)", collect)
    .option("--jobs <n>", "runs side by side, each in a process of its own", usualJobs())
    .addOption(workersElsewhere())
    .option("--retries <n>", "how often a run that fails is tried again", "2")
    .option("--out <folder>", "folder of the runs (default: runs/<study>)")
    .option("--keep <folder>", "also copy the records there, e.g. data/results/quick")
    .option("--known <folder>", "records made elsewhere, e.g. data/results/report: they count as finished")
    .option("--estimate", "say how long the study takes on this machine, after some steps of each row; train nothing")
    .option(
      "--check [n]",
      "train n of the recorded runs again (3 by default), chosen at random, and compare the weights",
    )
    .option("--engine <name>", "where the runs are trained: local, slurm or kubernetes", "local")
    .option("--tasks <n>", "on a cluster: tasks at a time; all by default")
    .option("--time <limit>", "on Slurm: time limit of a task, e.g. 2:00:00")
    .option("--sbatch <option>", "on Slurm: a further option of sbatch, e.g. --partition=gpu (repeatable)", collect)
    .option("--image <image>", "on Kubernetes: image with Node and the kit in /binvit", "binvit")
    .option("--volume <claim>", "on Kubernetes: volume claim that is the study's folder", "binvit-study")
    .option("--dry-run", "on a cluster: write what would be submitted, and submit nothing")
    .addHelpText(
      "after",
      "\nSeveral of these may work on one folder at once, on any machines that share it; no run is trained twice.\n" +
        "\nExamples:\n  binvit study quick --seeds 1,2,3 --keep data/results/quick\n  binvit study status runs/quick",
    )
    .action(run);
  study
    .command("list")
    .description("say what studies there are, what they ask, and what is recorded of them")
    .action(async () => (await import("./study-list")).listStudies());
  registerStudyFolder(study);
}

async function run(
  what: string,
  options: StudyOptions & ReviewOptions & ClusterOptions & { readonly engine: string },
  command: Command,
): Promise<void> {
  const engine = oneOf("--engine", options.engine, ["local", "slurm", "kubernetes"]);
  refuseUnread(command, wayOf(engine, options));
  if (engine !== "local") return submitStudy(what, engine, options);
  if (options.estimate) return estimateStudy(what, options);
  if (options.check !== undefined) {
    const isNamed = command.getOptionValueSource("seeds") !== "default";
    return checkStudy(what, { ...options, seeds: isNamed ? options.seeds : undefined });
  }
  const { prepareFolder } = await import("../base/files");
  if (options.keep) prepareFolder(options.keep); // a place that cannot be written is better known now than after hours
  const { out, ...result } = await trainStudy(what, { ...options, signal: interruptSignal() });
  await showResult(result, out, { keep: options.keep });
}

function wayOf(engine: "local" | "slurm" | "kubernetes", { estimate, check }: ReviewOptions): StudyWay {
  if (engine !== "local") return `--engine ${engine}`;
  if (estimate) return "--estimate";
  return check === undefined ? "--engine local" : "--check";
}
