import { join } from "node:path";
import { UsageError } from "../base/errors";
import { howMany } from "../base/how-many";
import type { StudyRun } from "../study/study-runs";
import { runLimits, wholeNumber } from "./run-input";
import { namedStudy, type StudyOptions, takeKnown } from "./train-study";

/** What the command line says of a cluster. */
export interface ClusterOptions {
  readonly tasks?: string;
  readonly time?: string;
  readonly sbatch?: readonly string[];
  readonly image: string;
  readonly volume: string;
  readonly dryRun?: boolean;
}

/**
 * Plans a study into its folder, and hands it to a cluster.
 *
 * @param what - a preset's name or a file
 */
export async function submitStudy(
  what: string,
  engine: "slurm" | "kubernetes",
  options: StudyOptions & ClusterOptions,
): Promise<void> {
  const { arithmetic } = await import("../backend/arithmetic");
  const { useBackend } = await import("../backend/select");
  const { addToPlan, planPath, readPlan } = await import("../study/plan");
  const { studyRuns } = await import("../study/study-runs");
  const { allowWork } = await import("../study/stop");
  const atATime = options.tasks === undefined ? undefined : wholeNumber("--tasks", options.tasks, runLimits);
  const { study, seeds, out } = await namedStudy(what, options);
  if (engine === "kubernetes" && !options.dryRun) {
    throw new UsageError("For Kubernetes the job is written only: say --dry-run, then `kubectl apply -f` the file.");
  }
  await useBackend();
  if (options.known) await takeKnown(options.known, study, seeds, out);
  await addToPlan(out, studyRuns(study, seeds, out, arithmetic()), arithmetic());
  allowWork(out);
  const runs = readPlan(out, arithmetic());
  console.log(`${howMany(runs.length, "run")} ${runs.length === 1 ? "is" : "are"} planned in ${planPath(out)}.`);
  if (engine === "slurm") await toSlurm(out, runs, study.name, { ...options, atATime });
  else await toKubernetes(out, runs, study.name, { ...options, atATime });
}

async function toSlurm(
  out: string,
  runs: readonly StudyRun[],
  name: string,
  options: ClusterOptions & { readonly atATime?: number },
): Promise<void> {
  const { submitToSlurm } = await import("../study/cluster/slurm");
  const { atATime, time, sbatch = [], dryRun } = options;
  const made = submitToSlurm(out, runs, { name, atATime, time, options: sbatch, dryRun });
  if (!made) return console.log(`All of them are finished. \`npx binvit study collect ${out}\` prints the table.`);
  if (made.job === undefined)
    return console.log(`A job of ${howMany(made.tasks, "task")} is written: sbatch ${made.script}`);
  console.log(`Submitted as job ${made.job}, ${made.tasks} tasks; what they print is in ${join(out, "slurm")}.`);
  console.log(
    `\n  npx binvit study status ${out}    how far it is\n  npx binvit study collect ${out}   the table\n` +
      `  npx binvit study cancel ${out}    stop all of it; the same command as before takes it up again`,
  );
}

async function toKubernetes(
  out: string,
  runs: readonly StudyRun[],
  name: string,
  { image, volume, atATime }: ClusterOptions & { readonly atATime?: number },
): Promise<void> {
  const { kubernetesJob } = await import("../study/cluster/kubernetes");
  const { tasksFor } = await import("../study/cluster/tasks");
  const { writeAtomically } = await import("../base/files");
  const tasks = tasksFor(runs, mostCompletions);
  if (tasks.count === 0) return console.log("All of them are finished.");
  const path = join(out, "kubernetes", "job.json");
  writeAtomically(path, `${JSON.stringify(kubernetesJob({ name, tasks, atATime, image, volume }), null, 2)}\n`);
  console.log(
    `A job of ${howMany(tasks.count, "pod")} is written: kubectl apply -f ${path}\n` +
      `It expects this folder as the volume claim ${volume}, and the kit in the image ${image}.`,
  );
}

/** Completions that an Indexed Job may have before its record of them no longer fits. */
const mostCompletions = 10_000;
