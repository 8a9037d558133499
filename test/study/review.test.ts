import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { duration } from "../../lib/cli/terminal";
import { checkRecords, isContradicted } from "../../lib/study/check-records";
import { estimateRows } from "../../lib/study/estimate";
import { takeKnownRecords } from "../../lib/study/known-records";
import { keepRecords, loadStudy } from "../../lib/study/records";
import { runStudy } from "../../lib/study/run-study";
import { parseStudyConfig } from "../../lib/study/study-config";
import { studyRuns } from "../../lib/study/study-runs";
import type { RunRecord } from "../../lib/train/record";
import { sealRecord } from "../../lib/train/seal";
import { binvit } from "../cli/binvit";
import { command } from "../cli/in-process";

const folder = mkdtempSync(join(tmpdir(), "binvit-review-"));
const at = (...names: string[]) => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const written = {
  name: "tiny",
  extends: "digits" as const,
  dataset: { trainLimit: 128 },
  model: { embedDim: 16, depth: 1, numHeads: 2, mlpDim: 16 },
  training: { epochs: 2, batchSize: 32, warmupEpochs: 0 },
  rows: [
    { component: "float", scale: "float", binarize: {} },
    { component: "mlp", scale: "channel", binarize: { mlp: "channel" as const } },
    { component: "mlp", scale: "started", binarize: { mlp: "channel" as const }, from: "float" },
  ],
};
const study = parseStudyConfig(written);
let records: RunRecord[];
beforeAll(async () => {
  ({ records } = await runStudy(study, { seeds: [1], jobs: 2, out: at("whole") }));
  keepRecords(records, at("kept"));
  writeFileSync(at("tiny.json"), JSON.stringify(written));
});

describe("records made elsewhere", () => {
  test("count as finished, but for those whose weights others need, or that need others", async () => {
    const runs = studyRuns(study, [1, 2], at("known"), "wasm+kernels");
    expect(takeKnownRecords(runs, at("kept"))).toBe(1);
    expect(readdirSync(at("known"))).toEqual([expect.stringMatching(/^mlp-channel-s1-/)]);
    expect(takeKnownRecords(runs, at("kept"))).toBe(0);
    const { stdout } = await command(["study", at("tiny.json"), "--known", at("nowhere"), "--out", at("known")]);
    expect(stdout).toBe("");
  });

  test("have the name of the row that they are taken for", () => {
    const rows = study.rows.slice(1, 2).map((row) => ({ ...row, name: "width-1/channel" }));
    const runs = studyRuns({ ...study, rows }, [1], at("renamed"), "wasm+kernels");
    expect(takeKnownRecords(runs, at("kept"))).toBe(1);
    expect(loadStudy(at("renamed")).map(({ name, weightsSha256 }) => [name, weightsSha256])).toEqual([
      ["width-1/channel", records.find(({ name }) => name === "mlp/channel")!.weightsSha256],
    ]);
  });

  test("are refused where they are damaged", () => {
    mkdirSync(at("cut"));
    writeFileSync(at("cut", "float-s1.json"), "{");
    const runs = studyRuns(study, [1], at("other"), "wasm+kernels");
    expect(() => takeKnownRecords(runs, at("cut"))).toThrow(/float-s1\.json is not valid JSON/);
    expect(() => takeKnownRecords(runs, at("nowhere"))).toThrow(/There is no folder .*nowhere/);
  });
});

describe("recorded runs that are trained again", () => {
  const check = (given: readonly RunRecord[], out: string) =>
    checkRecords(given, { count: 5, seed: 1, jobs: 2, out: at(out), retries: 0 });

  test("have the same weights; those made from others are left out", async () => {
    const { checked, failures } = await check(records, "again");
    expect(failures).toEqual([]);
    const difference = 0;
    const byName = [...checked].sort((a, b) => (a.record.name < b.record.name ? -1 : 1));
    expect(byName).toMatchObject([
      { record: { name: "float" }, verdict: "same bits", difference },
      { record: { name: "mlp/channel" }, verdict: "same bits", difference },
    ]);
    expect(checked.some(isContradicted)).toBe(false);
  });

  test("are found out if they say what never was", async () => {
    const [float] = records;
    const { sha256: _, ...content } = float!;
    const { checked } = await check([sealRecord({ ...content, weightsSha256: "0".repeat(64) })], "wrong");
    expect(checked).toMatchObject([{ verdict: "other bits" }]);
    expect(checked.every(isContradicted)).toBe(true);
  });

  test("of several workers are trained with as many", async () => {
    writeFileSync(at("run.json"), JSON.stringify(records[0]!.config));
    await binvit(["train", at("run.json"), "--seed", "1", "--workers", "2", "--out", at("workers", "float")]);
    const [two] = loadStudy(at("workers"));
    expect(two!.weightsSha256).not.toBe(records[0]!.weightsSha256);
    expect((await check([two!], "by-two")).checked).toMatchObject([{ verdict: "same bits" }]);
  });

  test("on other data, of other revisions, or that cannot be trained here do not contradict their records", async () => {
    const { sha256: _, ...content } = { ...records[0]!, weightsSha256: "0".repeat(64) };
    const { dataset, config } = content;
    const training = { ...config.training, learningRate: 1e38, clipNorm: 1e30 };
    const honest = [
      sealRecord({ ...content, dataset: { ...dataset, sha256: "0".repeat(64) } }),
      sealRecord({ ...content, revisions: { "slope.clip": 7 } }),
      sealRecord({ ...content, config: { ...config, training } }),
    ];
    const verdicts = await Promise.all(honest.map((record, i) => check([record], `honest-${i}`)));
    expect(verdicts.flatMap(({ checked }) => checked)).toMatchObject([
      { verdict: "other data" },
      { verdict: "unknown", why: "other revisions" },
      { verdict: "failed" },
    ]);
    expect(verdicts.flatMap(({ checked }) => checked).some(isContradicted)).toBe(false);
  });

  test("of another arithmetic are compared with the recorded seeds' accuracies", async () => {
    const [float] = records;
    const { accuracy } = float!.test;
    const elsewhere = (seed: number, moved: number) => {
      const { sha256: _sha256, ...content } = float!;
      const { correct: _correct, ...shares } = content.test; // would say another accuracy
      const environment = { ...content.environment, arithmetic: "tensorflow" as const };
      return sealRecord({ ...content, seed, environment, test: { ...shares, accuracy: accuracy + moved } });
    };
    const near = [1, 2, 3].map((seed) => elsewhere(seed, 0.01 * (seed - 2)));
    const far = [1, 2, 3].map((seed) => elsewhere(seed, 0.2 + 0.001 * seed));
    const options = { count: 1, seed: 1, jobs: 1, retries: 0 };
    const check = async (recorded: readonly RunRecord[], out: string) =>
      (await checkRecords(recorded.slice(0, 1), { ...options, recorded, out: at(out) })).checked[0]!;
    const inside = await check(near, "near");
    // t of 2 degrees of freedom at 0.995 is 9.9248
    const high = expect.closeTo(accuracy + 9.9248 * 0.01 * Math.sqrt(4 / 3), 5);
    expect(inside).toMatchObject({ verdict: "within", expected: { high } });
    expect(await check(near.slice(0, 1), "one")).toMatchObject({ verdict: "unknown" });
    keepRecords(far, at("elsewhere"));
    const { code, stdout, stderr } = await command(["study", at("elsewhere"), "--check", "1", "--out", at("far")]);
    expect(stdout, stderr).toMatch(/^float .* other arithmetic, OUTSIDE \S+ … \S+ \(99%\)$/m);
    expect(stderr).toContain("1 of 1 runs did not come out as recorded.");
    expect(code).not.toBe(0);
  });
});

// Once more where other programs took the processor away between the two.
test("an estimate grows with the epochs, and is of the order of what a run takes", { retry: 2 }, async () => {
  const long = parseStudyConfig({ ...written, training: { ...written.training, epochs: 400 } });
  const [short] = await estimateRows(study.rows.slice(0, 1));
  const [estimated] = await estimateRows(long.rows.slice(0, 1));
  expect(estimated!.seconds / short!.seconds).toBeGreaterThan(20);
  const { records: found } = await runStudy(
    { ...long, rows: long.rows.slice(0, 1) },
    { seeds: [1], jobs: 1, out: at("long") },
  );
  const ratio = estimated!.seconds / found[0]!.seconds;
  expect(ratio).toBeGreaterThan(0.3);
  expect(ratio).toBeLessThan(3);
});

test("an estimate of a run of one step is a time", async () => {
  const one = parseStudyConfig({ ...written, training: { ...written.training, epochs: 1, batchSize: 128 } });
  const [estimated] = await estimateRows(one.rows.slice(0, 1));
  expect(estimated!.seconds).toBeGreaterThan(0);
});

test.each([
  [["--rows", "mlp/chanel"], "No run of mlp/chanel is recorded in quick. Did you mean mlp/channel? There are float, "],
  [
    ["--rows", "float", "--seeds", "77"],
    "Of these rows and seeds no run is recorded in quick that needs no other run.",
  ],
])("a check of %j trains nothing, and says what there is", async (words, message) => {
  const { code, stderr } = await command(["study", "quick", "--check", "1", ...words, "--out", at("none")]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test("an estimate and a check at once are refused", async () => {
  const { code, stderr } = await command(["study", "quick", "--estimate", "--check", "1"]);
  expect(code).toBe(2);
  expect(stderr).toContain("Give one of them.");
});

test("a study file of a recorded study's name is not told what that one's runs took", async () => {
  const small = { ...written, name: "quick", rows: [{ component: "float", scale: "float", binarize: {} }] };
  writeFileSync(at("quick.json"), JSON.stringify(small));
  const { stdout, stderr } = await command(["study", at("quick.json"), "--estimate"]);
  expect(stdout, stderr).toMatch(/^1 runs: /m);
  expect(stdout).not.toContain("ecorded");
});

test("a file in the place of a folder of runs is named, and kept", async () => {
  writeFileSync(at("file"), "mine");
  const { code, stderr } = await command(["study", "quick", "--rows", "float", "--out", at("file")]);
  expect(code).toBe(1);
  expect(stderr).toContain("part of the path is a file");
  expect(readFileSync(at("file"), "utf8")).toBe("mine");
});

test("an estimate of some rows of a recorded study says what those runs took", async () => {
  const { stdout } = await command(["study", "quick", "--estimate", "--rows", "mlp/channel", "--seeds", "1-3"]);
  const recorded = loadStudy("quick").filter(({ name }) => name === "mlp/channel");
  const seconds = recorded.map((record) => record.seconds).reduce((a, b) => a + b) / recorded.length;
  expect(stdout).toMatch(/^mlp\/channel .* of 10$/m);
  expect(stdout).toContain(`${duration(seconds)}, of ${recorded.length}`);
  expect(stdout).toMatch(/^3 runs: .* of one core/m);
  expect(stdout).toMatch(/^Recorded with the kit: 10 runs in \d+ min \d\d s of one core, /m);
});
