import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { kubernetesJob } from "../../lib/study/cluster/kubernetes";
import { slurmScript } from "../../lib/study/cluster/slurm-script";
import { command } from "../cli/in-process";

const folder = mkdtempSync(join(tmpdir(), "binvit-cluster-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// PyPI's kubernetes-validate holds the schemas of the API; BINVIT_PYTHON names a Python that has it.
const python = process.env.BINVIT_PYTHON ?? "python3";
const isMissing = spawnSync(python, ["-c", "import kubernetes_validate"]).status !== 0;
if (isMissing)
  console.log("Kubernetes jobs are not checked against the API's schema: kubernetes-validate is not here.");

test("a study is planned, and written as an Indexed Job of workers", async () => {
  const words = ["study", "quick", "--seeds", "1-2", "--engine", "kubernetes", "--dry-run", "--tasks", "5"];
  const { code, stdout } = await command([...words, "--out", "quick"], { cwd: folder });
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(
      /^24 runs are planned .*\nA job of 24 pods is written: kubectl apply -f quick\/kubernetes\/job\.json\n/,
    ),
  ]);
  const job = JSON.parse(readFileSync(join(folder, "quick", "kubernetes", "job.json"), "utf8"));
  expect(job).toMatchObject({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "binvit-quick" },
    spec: { completionMode: "Indexed", completions: 24, parallelism: 5 },
  });
  expect(job.spec.template.spec.containers[0].command[2]).toBe(
    'exec node /binvit/lib/bin/binvit.js study work /study --jobs 1 --runs 1 --first "$((JOB_COMPLETION_INDEX * 1))"',
  );
  const submitted = await command(
    words.filter((word) => word !== "--dry-run"),
    { cwd: folder },
  );
  expect([submitted.code, submitted.stderr]).toEqual([
    2,
    expect.stringMatching(/the job is written only: say --dry-run/),
  ]);
});

test("runs whose records are known are no tasks", async () => {
  const words = ["study", "quick", "--rows", "float", "--seeds", "1-2", "--engine", "kubernetes", "--dry-run"];
  const known = join(kitRoot(), "data", "results", "quick");
  const { stdout, stderr } = await command([...words, "--known", known, "--out", "known"], { cwd: folder });
  expect(stdout, stderr).toMatch(/^2 records are taken from .*\n2 runs are planned .*\nAll of them are finished\.\n$/);
});

test.skipIf(isMissing)("the job is one by the API's schema, which would notice another key", () => {
  const job = kubernetesJob({ name: "quick", tasks: { count: 7, runsEach: 3 }, image: "binvit", volume: "claim" });
  const check = (what: object) => {
    const path = join(folder, "job.json");
    writeFileSync(path, JSON.stringify(what));
    const code = `import json, kubernetes_validate; kubernetes_validate.validate(json.load(open(${JSON.stringify(path)})), "1.30", strict=True)`;
    return spawnSync(python, ["-c", code], { encoding: "utf8" });
  };
  expect(check(job)).toMatchObject({ status: 0 });
  expect(check({ ...job, spec: { ...(job as { spec: object }).spec, completion: 7 } })).toMatchObject({ status: 1 });
});

test("a job of Slurm shares the runs out, quotes its paths, and says what it was told", () => {
  const script = slurmScript({
    name: "binvit-quick",
    folder: "/home/it's mine/quick",
    tasks: { count: 4, runsEach: 3 },
    atATime: 2,
    time: "2:00:00",
    options: ["--partition=main"],
    command: ["/usr/bin/node", "/home/it's mine/lib/bin/binvit.js"],
    cwd: "/home/it's mine",
  });
  expect(script).toMatch(/^#!\/bin\/bash\n#SBATCH --job-name=binvit-quick\n#SBATCH --array=0-3%2\n/);
  expect(script).toMatch(/^#SBATCH --time=2:00:00\n#SBATCH --partition=main\n$/m);
  const { stdout } = spawnSync(
    "bash",
    ["-c", script.replace(/^cd .*/m, "").replace("/usr/bin/node", "printf '%s\\n'")],
    {
      encoding: "utf8",
      env: { ...process.env, SLURM_ARRAY_TASK_ID: "2" },
    },
  );
  const words = ["study", "work", "/home/it's mine/quick", "--jobs", "1", "--runs", "3", "--first", "6"];
  expect(stdout.trim().split("\n")).toEqual(["/home/it's mine/lib/bin/binvit.js", ...words]);
});
