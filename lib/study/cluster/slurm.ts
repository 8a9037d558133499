import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { ConfigError, TrainingError } from "../../base/errors";
import { writeAtomically } from "../../base/files";
import { kitRoot } from "../../base/kit-root";
import { parseWith } from "../../base/parse-with";
import { readJson } from "../../base/read-json";
import type { StudyRun } from "../study-runs";
import { slurmScript } from "./slurm-script";
import { tasksFor } from "./tasks";

/** How a study goes to Slurm. */
export interface SlurmOptions {
  readonly name: string;
  /** Tasks at a time. */
  readonly atATime?: number;
  readonly time?: string;
  readonly options: readonly string[];
  /** Write the script, and submit nothing. */
  readonly dryRun?: boolean;
}

/** What was submitted from a study's folder: the file `slurm/jobs.json`. */
const jobsFields = z.strictObject({ jobs: z.array(z.string()) });

const jobsPath = (folder: string): string => join(folder, "slurm", "jobs.json");

/**
 * Writes the script of a job array that works on a plan, and submits it.
 *
 * @param folder - the study's, on a file system that the nodes share, as are the kit and Node
 * @param runs - its plan
 * @returns path of the script, and the job's number if it was submitted; nothing if all is finished
 * @throws ConfigError if there is no Slurm here; TrainingError with Slurm's words if it refuses the job
 */
export function submitToSlurm(
  folder: string,
  runs: readonly StudyRun[],
  { name, atATime, time, options, dryRun }: SlurmOptions,
): { script: string; tasks: number; job?: string } | undefined {
  const tasks = tasksFor(runs, dryRun ? usualArraySize : arraySize());
  if (tasks.count === 0) return undefined;
  const place = resolve(folder);
  mkdirSync(join(place, "slurm"), { recursive: true }); // Slurm makes no folder for the tasks' output
  const script = join(place, "slurm", "job.sh");
  const command = [process.execPath, join(kitRoot(), "lib", "bin", "binvit.js")];
  const job = { name: `binvit-${name}`, folder: place, tasks, atATime, time, options, command, cwd: process.cwd() };
  writeAtomically(script, slurmScript(job));
  if (dryRun) return { script, tasks: tasks.count };
  const number = slurm("sbatch", ["--parsable", script]).split(";")[0];
  writeAtomically(jobsPath(folder), `${JSON.stringify({ jobs: [...jobsOf(folder), number] })}\n`);
  return { script, tasks: tasks.count, job: number };
}

/** @returns what the cluster says of a study's jobs, in a line; undefined if it went to none, or none can be asked here */
export function clusterLine(folder: string): string | undefined {
  const jobs = jobsOf(folder);
  if (jobs.length === 0) return undefined;
  const answer = spawnSync("squeue", ["--noheader", "--array", "--jobs", jobs.join(","), "--format=%T"], {
    encoding: "utf8",
  });
  if (answer.error) return `Submitted to Slurm as ${jobs.join(", ")}; squeue is not here to ask.`;
  const states = answer.stdout.split("\n").filter(Boolean); // jobs that ended long ago are unknown, which is an error
  const counted = [...new Set(states)].map(
    (state) => `${states.filter((one) => one === state).length} ${state.toLowerCase()}`,
  );
  return `Slurm ${jobs.at(-1)}: ${counted.join(", ") || "no task in the queue"}.`;
}

/** Takes a study's jobs from the queue; @returns what was done, undefined if there were none */
export function cancelJobs(folder: string): string | undefined {
  const jobs = jobsOf(folder);
  if (jobs.length === 0) return undefined;
  const answer = spawnSync("scancel", jobs, { encoding: "utf8" });
  return answer.error
    ? `scancel is not here: say \`scancel ${jobs.join(" ")}\` on the cluster.`
    : `Slurm ${jobs.join(", ")}: cancelled.`;
}

/** @returns the numbers of the jobs that were submitted for a study */
export function jobsOf(folder: string): string[] {
  const path = jobsPath(folder);
  return existsSync(path) ? parseWith(jobsFields, readJson(path), path).jobs : [];
}

/** Tasks that an array may have where nobody set another number. */
const usualArraySize = 1001;

function arraySize(): number {
  const [, size] = /^MaxArraySize\s*=\s*(\d+)/m.exec(slurm("scontrol", ["show", "config"])) ?? [];
  return Number(size ?? usualArraySize);
}

function slurm(command: string, words: readonly string[]): string {
  const { error, status, stdout, stderr } = spawnSync(command, words, { encoding: "utf8" });
  if (error) {
    throw new ConfigError(
      `Slurm's ${command} is not here: run this where jobs are submitted, or with --dry-run, which writes the script only.`,
    );
  }
  if (status !== 0) throw new TrainingError(`Slurm refused: ${stderr.trim().split("\n").at(-1)}`);
  return stdout.trim();
}
