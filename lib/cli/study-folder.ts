import type { Command } from "commander";
import { FileError } from "../base/errors";
import { interruptSignal } from "./interrupt";
import { parallelLimits, retryLimits, runLimits, usualJobs, wholeNumber } from "./run-input";
import { alignedTable, bar, duration } from "./terminal";

/** `binvit study work|status|collect|cancel`: what is done with the folder of a study, from any machine that shares it. */
export function registerStudyFolder(study: Command): void {
  study
    .command("work")
    .description("train what a study's folder plans and nobody else trains; any number of these may run at once")
    .argument("<folder>", "of the study, with its plan.jsonl")
    .option("--jobs <n>", "runs side by side, each in a process of its own", usualJobs())
    .option("--runs <n>", "end after so many runs, and do not wait for those that others train")
    .option(
      "--first <n>",
      "which run of the plan to begin with, from 0, so that many workers do not all ask for the same",
    )
    .option("--retries <n>", "how often a run that fails is tried again", "2")
    .option("--again", "try also what failed before")
    .action(work);
  study
    .command("status")
    .description("say what of a study is finished, running, failed or waiting, and how long it will take")
    .argument("<folder>", "of the study")
    .option("--all", "name every run, not just how many")
    .action(status);
  study
    .command("collect")
    .description("print the table of what is finished, train nothing")
    .argument("<folder>", "of the study")
    .option("--keep <folder>", "also copy the records there")
    .action(collect);
  study
    .command("cancel")
    .description("tell every worker of a study to save where it is and to end, and take its jobs from the cluster")
    .argument("<folder>", "of the study")
    .action(cancel);
}

interface WorkWords {
  readonly jobs: string;
  readonly runs?: string;
  readonly first?: string;
  readonly retries: string;
  readonly again?: boolean;
}

async function work(folder: string, options: WorkWords): Promise<void> {
  const jobs = wholeNumber("--jobs", options.jobs, parallelLimits);
  const retries = wholeNumber("--retries", options.retries, retryLimits);
  const most = options.runs === undefined ? undefined : wholeNumber("--runs", options.runs, runLimits);
  const { isStopped, stopWithFolder } = await import("../study/stop");
  if (isStopped(folder)) {
    throw new FileError(
      `The study in ${folder} was cancelled. \`npx binvit study NAME --out ${folder}\` takes it up again.`,
    );
  }
  const first = wholeNumber("--first", options.first ?? "0", { ...runLimits, least: 0 });
  const { arithmetic } = await import("../backend/arithmetic");
  const { useBackend } = await import("../backend/select");
  const { readPlan } = await import("../study/plan");
  await useBackend();
  const plan = readPlan(folder, arithmetic());
  const runs = [...plan.slice(first % plan.length), ...plan.slice(0, first % plan.length)];
  const { workOn } = await import("../study/work");
  const { StudyProgress } = await import("./study-progress");
  const { reportFailures } = await import("./train-study");
  const progress = new StudyProgress(runs.length);
  const signal = stopWithFolder(folder, interruptSignal());
  const how = { jobs, retries, most, again: options.again, signal, onEvent: progress.on.bind(progress) };
  const { records, failures } = await workOn(runs, folder, how).finally(() => progress.close());
  console.log(
    `${records.length} of ${runs.length} runs are finished. \`npx binvit study collect ${folder}\` prints the table.`,
  );
  if (most === undefined) reportFailures(failures, records.length, `npx binvit study work ${folder} --again`);
}

async function status(folder: string, { all }: { readonly all?: boolean }): Promise<void> {
  const { studyStatus } = await import("../study/status");
  const { isStopped } = await import("../study/stop");
  const { clusterLine } = await import("../study/cluster/slurm");
  const { readPlan } = await import("../study/plan");
  const runs = readPlan(folder);
  const { runs: found, secondsLeft } = studyStatus(runs);
  const count = (state: string) => found.filter((run) => run.state === state).length;
  const share = found.reduce((sum, run) => sum + run.share, 0) / found.length;
  const states = ["finished", "running", "interrupted", "failed", "waiting"].flatMap((state) =>
    count(state) > 0 ? `${count(state)} ${state}` : [],
  );
  console.log(`${bar(share)} ${(100 * share).toFixed(0)}%  ${found.length} runs: ${states.join(", ")}`);
  if (secondsLeft !== undefined && secondsLeft > 0)
    console.log(`About ${duration(secondsLeft)} left with those that run now.`);
  if (isStopped(folder) && count("finished") < found.length) {
    const workers = count("running") > 0 ? "its workers save where they are, and end" : "nobody works on it";
    console.log(`The study was cancelled; ${workers}.`);
  }
  const cluster = clusterLine(folder);
  if (cluster) console.log(cluster);
  const shown = all ? found : found.filter(({ state }) => state === "running" || state === "failed");
  if (shown.length === 0) return;
  const rows = shown.map((one) => [
    one.run.row.name,
    String(one.run.seed),
    one.state,
    `${(100 * one.share).toFixed(0)}%`,
    one.accuracy === undefined ? "-" : `${(100 * one.accuracy).toFixed(1)}%`,
    one.detail ?? "",
  ]);
  console.log(`\n${alignedTable(["run", "seed", "state", "saved", "test", ""], rows)}`);
}

async function collect(folder: string, { keep }: { readonly keep?: string }): Promise<void> {
  const { studyStatus } = await import("../study/status");
  const { readPlan } = await import("../study/plan");
  const { showResult } = await import("./train-study");
  const runs = readPlan(folder);
  const { runs: found } = studyStatus(runs);
  const records = found.flatMap(({ record }) => record ?? []);
  const failures = found.flatMap(({ run, state, detail = "" }) =>
    state === "failed" ? [{ run, problem: detail }] : [],
  );
  const others = runs.length - records.length - failures.length;
  if (others > 0) console.log(`${others} of ${runs.length} runs are not finished yet.`);
  await showResult({ records, failures }, folder, { keep, again: `npx binvit study work ${folder} --again` });
}

async function cancel(folder: string): Promise<void> {
  const { stopWork } = await import("../study/stop");
  const { cancelJobs } = await import("../study/cluster/slurm");
  const { readPlan } = await import("../study/plan");
  const plan = readPlan(folder); // what is no study's folder gets no file
  const { studyStatus } = await import("../study/status");
  if (studyStatus(plan).runs.every(({ state }) => state === "finished")) {
    console.log(`All that is planned in ${folder} is finished: nothing is to be cancelled.`);
    return;
  }
  stopWork(folder);
  const jobs = cancelJobs(folder);
  console.log(
    `The workers of ${folder} save where they are, and end within seconds.${jobs ? ` ${jobs}` : ""}\n` +
      `The same \`npx binvit study\` command as before takes it up again.`,
  );
}
