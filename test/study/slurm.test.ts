import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runStudy } from "../../lib/study/run-study";
import { parseStudyConfig } from "../../lib/study/study-config";
import { studyRuns } from "../../lib/study/study-runs";
import { essence, launcher } from "../chaos/training";
import { SlurmCluster, slurmIsMissing } from "./slurm-cluster";

// It takes six minutes, two of them until Slurm starts again what it queued again.
const missing = process.env.BINVIT_SLURM ? slurmIsMissing() : "BINVIT_SLURM=1 asks for it";
if (missing) console.log(`A study on a real Slurm cluster is not tried: ${missing}.`);

const folder = mkdtempSync(join(tmpdir(), "binvit-slurm-"));
const at = (...names: string[]) => join(folder, ...names);
let cluster: SlurmCluster;

const written = {
  name: "tiny",
  extends: "digits" as const,
  dataset: { trainLimit: 512 },
  model: { embedDim: 32, depth: 2, numHeads: 2, mlpDim: 64 },
  training: { epochs: 40, batchSize: 32, warmupEpochs: 0 },
  rows: [
    { component: "float", scale: "float", binarize: {} },
    { component: "mlp", scale: "channel", binarize: { mlp: "channel" as const } },
    { component: "mhsa", scale: "channel", binarize: { mhsa: "channel" as const } },
    { component: "mlp", scale: "started", binarize: { mlp: "channel" as const }, from: "float" },
  ],
};
const study = parseStudyConfig(written);
const runs = (out: string) => studyRuns(study, [1], at(out), "wasm+kernels");

/** A command as a user of the cluster gives it. */
function binvit(...words: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...words], {
    cwd: folder,
    env: { ...cluster.env, BINVIT_HEARTBEAT: "1" },
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}
const submit = (out: string, ...words: string[]) =>
  binvit("study", "tiny.json", "--engine", "slurm", "--out", out, "--tasks", "2", ...words);
const isFinished = (out: string) => () => runs(out).every((run) => existsSync(join(run.folder, "record.json")));
const hasSteps = (out: string) => () => runs(out).some((run) => existsSync(join(run.folder, "checkpoint.safetensors")));
const queue = () => cluster.ask("squeue", ["-h", "-r", "-o", "%T"]).trim();
/** How often a run was begun or gone on with, by what its workers printed. */
const logs = (out: string) =>
  readdirSync(at(out, "slurm"))
    .filter((name) => name.endsWith(".log"))
    .map((name) => readFileSync(at(out, "slurm", name), "utf8"))
    .join("");

describe.skipIf(missing)("a study on a Slurm cluster", { timeout: 300_000 }, () => {
  let expected: string[];
  beforeAll(async () => {
    mkdirSync(at("cluster"));
    cluster = await SlurmCluster.start(at("cluster"), 2);
    writeFileSync(at("tiny.json"), JSON.stringify(written));
    await runStudy(study, { seeds: [1], jobs: 2, out: at("alone") });
    expected = runs("alone").map((run) => essence(run.folder));
  }, 120_000);
  afterAll(() => cluster?.stop());

  test("is submitted, reported, collected, and has the ends of a local one", async () => {
    const { code, stdout } = submit("plain");
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/4 runs are planned in .*\nSubmitted as job \d+, 4 tasks;/),
    ]);
    expect(binvit("study", "status", "plain").stdout).toMatch(/^Slurm \d+: \d (running|pending|configuring)/m);
    await cluster.waitFor("end of the study", isFinished("plain"), 120);
    await cluster.waitFor("end of the tasks", () => queue() === "", 60);
    expect(runs("plain").map((run) => essence(run.folder))).toEqual(expected);
    const finished = [...logs("plain").matchAll(/^ +\d+\/\d+ {2}(\S+) +seed 1 {2}test/gm)].map(([, row]) => row);
    expect(finished.sort()).toEqual(
      runs("plain")
        .map(({ row }) => row.name)
        .sort(),
    ); // each once
    expect(binvit("study", "collect", "plain").stdout).toMatch(/^float +- +1 /m);
    expect(submit("plain").stdout).toMatch(/All of them are finished/);
  });

  test("whose tasks are killed, and whose node's daemon is, ends the same", async () => {
    submit("killed");
    await cluster.waitFor("checkpoint", hasSteps("killed"), 60);
    for (const pid of training("killed").slice(0, 1)) process.kill(pid, "SIGKILL");
    await new Promise((done) => setTimeout(done, 1500));
    for (const pid of working("killed").slice(0, 1)) tryKill(pid);
    await cluster.waitFor("a task that was queued again", () => /PENDING/.test(queue()), 30);
    await cluster.killNode(); // and all that it ran
    for (const pid of [...pids("slurmstepd"), ...working("killed"), ...training("killed")]) tryKill(pid);
    await new Promise((done) => setTimeout(done, 1000));
    cluster.startNode();
    await cluster.waitFor("end of the study", isFinished("killed"), 250);
    expect(runs("killed").map((run) => essence(run.folder))).toEqual(expected);
  });

  test("that draws near its time limit, or is preempted, saves, is queued again and goes on", async () => {
    submit("limited");
    await cluster.waitFor("checkpoint", hasSteps("limited"), 60);
    const job = /^(\d+)/.exec(cluster.ask("squeue", ["-h", "-t", "RUNNING", "-o", "%A"]))![1]!;
    cluster.ask("scancel", ["--batch", "--signal=USR2", job]); // what Slurm sends ahead of the limit
    await cluster.waitFor(
      "a task that was queued again",
      () => /Training was stopped|was stopped/.test(logs("limited")),
      30,
    );
    await cluster.waitFor("end of the study", isFinished("limited"), 200);
    expect(runs("limited").map((run) => essence(run.folder))).toEqual(expected);
  });

  test("is cancelled, and taken up again", async () => {
    submit("cancelled");
    await cluster.waitFor("checkpoint", hasSteps("cancelled"), 60);
    expect(binvit("study", "cancel", "cancelled").stdout).toMatch(/end within seconds\. Slurm \d+: cancelled\./);
    await cluster.waitFor("empty queue", () => queue() === "", 60);
    await cluster.waitFor("end of the workers", () => working("cancelled").length === 0, 30);
    expect(isFinished("cancelled")()).toBe(false);
    expect(submit("cancelled").code).toBe(0);
    await cluster.waitFor("end of the study", isFinished("cancelled"), 200);
    expect(runs("cancelled").map((run) => essence(run.folder))).toEqual(expected);
  });

  test("is refused in Slurm's words", () => {
    const { code, stderr } = submit("refused", "--sbatch", "--partition=none");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^binvit: Slurm refused: sbatch: error: .*partition/)]);
  });

  const pids = (pattern: string) => {
    try {
      return execFileSync("pgrep", ["-f", pattern], { encoding: "utf8" }).trim().split("\n").map(Number);
    } catch {
      return [];
    }
  };
  const working = (out: string) => pids(`study work ${at(out)}`);
  const training = (out: string) => pids(`binvit.js train ${at(out)}`);
});

const tryKill = (pid: number) => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));
