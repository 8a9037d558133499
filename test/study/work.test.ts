import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { newHolder } from "../../lib/base/holder";
import { studyCurvesSvg } from "../../lib/notebook/study-curves-svg";
import { watchStudy } from "../../lib/notebook/watch-study";
import { addToPlan, readPlan } from "../../lib/study/plan";
import { runStudy, workOnPlan } from "../../lib/study/run-study";
import { studyStatus } from "../../lib/study/status";
import { stopWork } from "../../lib/study/stop";
import { parseStudyConfig } from "../../lib/study/study-config";
import type { StudyEvent } from "../../lib/study/study-event";
import { studyRuns } from "../../lib/study/study-runs";
import { essence, launcher } from "../chaos/training";
import { binvit } from "../cli/binvit";
import { command } from "../cli/in-process";

const folder = mkdtempSync(join(tmpdir(), "binvit-work-"));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const written = {
  name: "tiny",
  extends: "digits" as const,
  dataset: { trainLimit: 256 },
  model: { embedDim: 16, depth: 1, numHeads: 2, mlpDim: 16 },
  training: { epochs: 20, batchSize: 32, warmupEpochs: 0 },
  rows: [
    { component: "float", scale: "float", binarize: {} },
    { component: "mlp", scale: "channel", binarize: { mlp: "channel" as const } },
    {
      component: "mlp",
      scale: "taught",
      binarize: { mlp: "channel" as const },
      training: { epochs: 20, objective: { "cross-entropy": {}, distillation: { teacher: "row:float" } } },
    },
  ],
};
const study = parseStudyConfig(written);
const seeds = [1, 2];
const runs = (out: string) => studyRuns(study, seeds, at(out), "wasm+kernels");
const essences = (out: string) => runs(out).map((run) => essence(run.folder));

let expected: string[];
beforeAll(async () => {
  writeFileSync(at("tiny.json"), JSON.stringify(written));
  await runStudy(study, { seeds, jobs: 1, out: at("alone") });
  expected = essences("alone");
});

/** A worker as a process, with what it says of the runs that it finished itself. */
function worker(
  out: string,
  ...words: string[]
): { process: ChildProcess; trained: () => string[]; ended: Promise<unknown> } {
  const child = spawn(process.execPath, [launcher, ...words, at(out)], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  const trained = () =>
    [...said.matchAll(/^ +\d+\/\d+ {2}(\S+) +(seed \d+) {2}test/gm)].map(([, row, seed]) => `${row} ${seed}`);
  return { process: child, trained, ended: once(child, "close") };
}
const work = (out: string) => worker(out, "study", "work", "--jobs", "1");

describe("the same study", () => {
  test("by four workers, of which two are killed, has the same ends, and each run is finished by one of them", async () => {
    await addToPlan(at("four"), runs("four"), "wasm+kernels");
    const workers = [0, 1, 2, 3].map(() => work("four"));
    await new Promise((done) => setTimeout(done, 1800));
    for (const { process: child } of workers.slice(0, 2)) child.kill("SIGKILL");
    await Promise.all(workers.map(({ ended }) => ended));
    expect(essences("four")).toEqual(expected);
    const finished = workers.flatMap(({ trained }) => trained());
    expect(new Set(finished).size).toBe(finished.length);
    expect(finished.length).toBeGreaterThanOrEqual(runs("four").length - 2); // what a killed one finished, it may not have told
    expect(readdirSync(at("four")).filter((name) => !existsSync(at("four", name, "record.json")))).toEqual([
      "plan.jsonl",
    ]);
  });

  test("by two commands at once has the same ends, and each run is trained once", async () => {
    const commands = [1, 2].map(() =>
      worker("two", "study", at("tiny.json"), "--seeds", "1,2", "--jobs", "1", "--out"),
    );
    await Promise.all(commands.map(({ ended }) => ended));
    expect(commands.map(({ process: child }) => child.exitCode)).toEqual([0, 0]);
    expect(essences("two")).toEqual(expected);
    const finished = commands.flatMap(({ trained }) => trained());
    expect(finished.sort()).toEqual(
      runs("two")
        .map(({ row, seed }) => `${row.name} seed ${seed}`)
        .sort(),
    );
    for (const { trained } of commands) expect(trained().length).toBeGreaterThan(0);
  });
});

describe("a plan", () => {
  const plan = () => at("alone", "plan.jsonl");

  test("gives the runs that were put into it, and takes further ones", async () => {
    expect(readPlan(at("alone"), "wasm+kernels")).toEqual(runs("alone"));
    const more = studyRuns(study, [3], at("alone"), "wasm+kernels");
    await addToPlan(at("alone"), more, "wasm+kernels");
    await addToPlan(at("alone"), more, "wasm+kernels");
    expect(readPlan(at("alone"), "wasm+kernels")).toEqual([...runs("alone"), ...more]);
  });

  test("is refused where its numbers would be others, or it is damaged", () => {
    expect(() => readPlan(at("alone"), "tensorflow")).toThrow(
      /is for wasm\+kernels, and this machine computes with tensorflow/,
    );
    expect(() => readPlan(at("none"), "wasm+kernels")).toThrow(/There is no plan in .*none\. `npx binvit study NAME/);
    mkdirSync(at("cut"));
    const text = readFileSync(plan(), "utf8");
    writeFileSync(at("cut", "plan.jsonl"), text.slice(0, text.length / 2));
    expect(() => readPlan(at("cut"), "wasm+kernels")).toThrow(
      /plan\.jsonl is no plan of a study: Line \d is not JSON\. Move it away/,
    );
    writeFileSync(at("cut", "plan.jsonl"), text.replace('"epochs":20', '"epochs":21'));
    expect(() => readPlan(at("cut"), "wasm+kernels")).toThrow(/float, seed 1, would be another run with this version/);
    writeFileSync(at("cut", "plan.jsonl"), text.replace('"epochs":20', '"epoch":20'));
    expect(() => readPlan(at("cut"), "wasm+kernels")).toThrow(/no plan of a study: .*unknown key "epoch"/i);
  });
});

test("a study is watched until nothing is left to wait for, or the watching is ended: its runs, and their curves", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const lines: string[] = [];
  log.mockImplementation((text: string) => void lines.push(text));
  const over = await watchStudy(at("two"));
  const status = await watchStudy(at("alone"), { signal: AbortSignal.abort() });
  log.mockRestore();
  expect(over.runs.every(({ state }) => state === "finished")).toBe(true);
  expect(lines[0]).toMatch(
    /^6 of 6 runs finished\nrun +seed +state +done % +accuracy %\n-.*\nfloat +1 +finished +100 +\d+\.\d\n/,
  );
  expect(status.runs).toHaveLength(9);
  expect(lines[1]).toMatch(/^6 of 9 runs finished\n/);
  const svg = studyCurvesSvg(status.runs);
  expect(svg.match(/<polyline points="[^"]+"/g)).toHaveLength(6);
  for (const name of ["float", "mlp/channel", "mlp/taught"]) expect(svg).toContain(`>${name}</text>`);
});

describe("a run that fails", () => {
  const events: StudyEvent[] = [];
  const onEvent = (event: StudyEvent) => events.push(event);
  const kinds = () => events.splice(0).map(({ kind }) => kind);
  const failing = parseStudyConfig({ ...written, rows: [written.rows[0]!], training: { epochs: 1 } });
  const [run] = studyRuns(failing, [1], at("failing"), "wasm+kernels");

  test("by a crash is tried again, then left by other workers, shown as failed, and taken up when that is asked for", async () => {
    const before = process.env.NODE_OPTIONS;
    process.env.NODE_OPTIONS = `--require ${JSON.stringify(crashing())}`;
    try {
      const { failures } = await runStudy(failing, { seeds: [1], jobs: 1, retries: 1, out: at("failing"), onEvent });
      expect(failures[0]?.problem).toMatch(/was killed, as systems do where the memory runs out/);
      expect(kinds()).toEqual(["started", "retried", "started", "failed"]);
    } finally {
      if (before === undefined) delete process.env.NODE_OPTIONS;
      else process.env.NODE_OPTIONS = before;
    }
    expect(JSON.parse(readFileSync(join(run!.folder, "failure.json"), "utf8"))).toMatchObject({
      attempts: 2,
      isFinal: false,
    });
    const dependent = { ...run!, folder: at("failing", "later"), needs: [run!] };
    expect(studyStatus([run!, dependent]).runs[1]).toMatchObject({
      state: "failed",
      detail: "it needs float, which failed",
    });
    expect((await command(["study", "collect", at("failing")])).stderr).toMatch(
      /study work .*failing --again` tries them/,
    );
    expect((await command(["claims", "--results", at("failing")])).stderr).toMatch(
      /None of the runs planned in .*failing is finished\. `npx binvit study status/,
    );
    const left = await workOnPlan(at("failing"), { jobs: 1, retries: 1, onEvent });
    expect([kinds(), left.records]).toEqual([["failed"], []]);
    expect(studyStatus([run!]).runs).toMatchObject([{ state: "failed", detail: expect.stringMatching(/was killed/) }]);
    const { stdout } = await command(["study", "status", at("failing")]);
    expect(stdout).toMatch(/1 runs?: 1 failed/);
    const taken = await workOnPlan(at("failing"), { jobs: 1, again: true, onEvent });
    expect(taken.records).toHaveLength(1);
    expect(existsSync(join(run!.folder, "failure.json"))).toBe(false);
  });

  /** A script that ends every training process as a system without memory does. */
  function crashing(): string {
    writeFileSync(at("crash.cjs"), 'if (process.argv.includes("--child")) process.kill(process.pid, "SIGKILL");');
    return at("crash.cjs");
  }
});

describe("the state of a study", () => {
  test("says of each run what it is: finished, running elsewhere, interrupted, waiting", async () => {
    await addToPlan(at("state"), runs("state"), "wasm+kernels");
    const [first, second, third] = runs("state");
    const alone = runs("alone");
    mkdirSync(first!.folder, { recursive: true });
    writeFileSync(join(first!.folder, "record.json"), readFileSync(join(alone[0]!.folder, "record.json")));
    const words = ["train", join(alone[1]!.folder, "config.json"), "--seed", "1", "--set", "training.epochs=400"];
    await binvit([...words, "--out", second!.folder], { interruptAt: /epoch +\d0\// });
    mkdirSync(third!.folder, { recursive: true });
    appendFileSync(
      join(third!.folder, "training.claim-1"),
      JSON.stringify({ ...newHolder("training", 10), host: "lab-7" }),
    );
    const { runs: found } = studyStatus(runs("state"));
    expect(found.map(({ state }) => state)).toEqual([
      "finished",
      "interrupted",
      "running",
      "waiting",
      "waiting",
      "waiting",
    ]);
    expect(found[1]!.share).toBeGreaterThan(0.02);
    expect(found[1]!.curve.length).toBeGreaterThan(9);
    const { stdout } = await command(["study", "status", at("state"), "--all"]);
    expect(stdout).toMatch(/^█+░+ \d+% {2}6 runs: 1 finished, 1 running, 1 interrupted, 3 waiting\n/);
    expect(stdout).toMatch(/^About \d+ (s|min .*) left with those that run now\.$/m);
    expect(stdout).toMatch(/^mlp\/taught +1 +running +0% +- +process \d+ on lab-7 has been training there since/m);
    const collected = await command(["study", "collect", at("state"), "--keep", at("kept")]);
    expect(readdirSync(at("kept")).length).toBeGreaterThan(0);
    expect(collected).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^5 of 6 runs are not finished yet\.\n\ncomponent/),
    });
  });

  test("that is cancelled: workers save and end, none begins, and the study itself takes it up again", async () => {
    const slow = parseStudyConfig({ ...written, rows: [written.rows[0]!], training: { epochs: 100_000 } });
    await addToPlan(at("cancelled"), studyRuns(slow, [1], at("cancelled"), "wasm+kernels"), "wasm+kernels");
    const busy = work("cancelled");
    const [run] = studyRuns(slow, [1], at("cancelled"), "wasm+kernels");
    while (!existsSync(join(run!.folder, "checkpoint.safetensors"))) await new Promise((done) => setTimeout(done, 100));
    const { stdout } = await command(["study", "cancel", at("cancelled")]);
    expect(stdout).toMatch(/save where they are, and end within seconds\.\nThe same `npx binvit study` command/);
    await busy.ended;
    expect(busy.process.exitCode).toBe(130);
    expect(readdirSync(run!.folder).sort()).toContain("checkpoint.safetensors");
    expect(readdirSync(run!.folder).filter((name) => name.includes("claim"))).toEqual([]);
    const refused = await command(["study", "work", at("cancelled")]);
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/was cancelled\. `npx binvit study NAME --out/),
    });
    stopWork(at("cancelled"));
  });
});

test("the commands name what they expect", async () => {
  for (const verb of ["work", "status", "collect", "cancel"]) {
    const { code, stderr } = await command(["study", verb, at("nowhere")]);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^binvit: There is no plan in .*nowhere\./)]);
  }
  expect(existsSync(at("nowhere"))).toBe(false);
});

test("a worker that is to train one run tries that again if its process is killed, and leaves the others alone", async () => {
  await addToPlan(at("one"), runs("one"), "wasm+kernels");
  const before = process.env.NODE_OPTIONS;
  const killed = JSON.stringify(at("killed-once"));
  writeFileSync(
    at("crash-once.cjs"),
    `const fs = require("fs");
    if (process.argv.includes("--child") && !fs.existsSync(${killed})) {
      fs.writeFileSync(${killed}, "");
      process.kill(process.pid, "SIGKILL");
    }`,
  );
  process.env.NODE_OPTIONS = `--require ${JSON.stringify(at("crash-once.cjs"))}`;
  try {
    const { records, failures } = await workOnPlan(at("one"), { jobs: 1, most: 1 });
    expect([records.length, failures.length]).toEqual([1, runs("one").length - 1]);
    expect(existsSync(at("killed-once"))).toBe(true);
  } finally {
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
  }
});
