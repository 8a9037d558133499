import { shellWord, type Tasks } from "./tasks";

/** What a job array is submitted with. */
export interface SlurmJob {
  readonly name: string;
  /** The study's folder; absolute. */
  readonly folder: string;
  readonly tasks: Tasks;
  /** Tasks that may run at a time. */
  readonly atATime?: number;
  /** Limit of a task, as Slurm writes it: `2:00:00`. */
  readonly time?: string;
  /** Further options of sbatch, each as `--partition=gpu`. */
  readonly options: readonly string[];
  /** The command that works on a plan: Node, launcher. */
  readonly command: readonly string[];
  /** Where it is started. */
  readonly cwd: string;
}

/** Seconds before its time limit at which a task is told, so that it saves where it is and is queued again. */
const warnSeconds = 60;

/** Times that a task whose worker was killed is queued again. */
const mostRestarts = 5;

/**
 * The script of a job array whose tasks are workers of a study.
 *
 * A task that draws near its time limit gets SIGUSR2, saves and is queued again; one that is preempted gets SIGTERM, and
 * Slurm queues it again; one whose node fails is queued again by Slurm, and takes over when the claim of the dead worker has
 * been silent for a minute; one that is killed is queued again by this script. Whatever the task, it trains what nobody else does, so none needs to come back for its run.
 */
export function slurmScript(job: SlurmJob): string {
  const { tasks, atATime, time, options, command, folder, cwd } = job;
  const limit = atATime === undefined ? "" : `%${atATime}`;
  const directives = [
    `--job-name=${job.name}`,
    `--array=0-${tasks.count - 1}${limit}`,
    "--ntasks=1",
    "--cpus-per-task=1",
    `--output=${JSON.stringify(`${folder}/slurm/%A_%a.log`)}`,
    "--open-mode=append",
    "--requeue",
    `--signal=B:USR2@${warnSeconds}`,
    ...(time === undefined ? [] : [`--time=${time}`]),
    ...options,
  ];
  const work = [...command, "study", "work", folder, "--jobs", "1", "--runs", String(tasks.runsEach)].map(shellWord);
  return `#!/bin/bash
${directives.map((directive) => `#SBATCH ${directive}`).join("\n")}

# Made by binvit. Each task is a worker: it takes a run that nobody trains, from the plan in the study's folder.
cd ${shellWord(cwd)} || exit 1
${work.join(" ")} --first "$((SLURM_ARRAY_TASK_ID * ${tasks.runsEach}))" &
worker=$!
requeue=
trap 'requeue=yes; kill -USR2 $worker' USR2 # the time limit draws near
trap 'kill -TERM $worker' TERM # preempted, which Slurm queues again by itself, or cancelled
wait $worker
code=$?
while kill -0 $worker 2>/dev/null; do # a signal ended the wait, not the worker
  wait $worker
  code=$?
done
# Killed, as where memory is short: neither by its own trap nor by scancel (TERM), but not for ever.
if [ $code -gt 128 ] && [ $code -ne 143 ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${mostRestarts} ]; then requeue=yes; fi
if [ -n "$requeue" ]; then scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"; fi
exit $code
`;
}
