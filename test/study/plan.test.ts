import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addToPlan, planPath, readPlan } from "../../lib/study/plan";
import { parseStudyConfig } from "../../lib/study/study-config";
import { studyRuns } from "../../lib/study/study-runs";
import { sealRecord } from "../../lib/train/seal";
import { command } from "../cli/in-process";
import { madeUpRecord } from "./records";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "binvit-plan-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const float = { component: "float", scale: "float", binarize: {} };
const study = parseStudyConfig({ name: "tiny", extends: "digits", rows: [float] });

describe("a plan for another arithmetic than this machine's", () => {
  const elsewhere = () => studyRuns(study, [1, 2], folder, "cpu");
  beforeEach(() => addToPlan(folder, elsewhere(), "cpu"));

  test("takes no runs of this one, and stays as it was", async () => {
    const before = readFileSync(planPath(folder), "utf8");
    const here = studyRuns(study, [1, 3], folder, "wasm+kernels");
    await expect(addToPlan(folder, here, "wasm+kernels")).rejects.toThrow(
      /^The plan in .* is for cpu, and this machine computes with wasm\+kernels, .* or plan the study into another folder\.$/,
    );
    expect(readFileSync(planPath(folder), "utf8")).toBe(before);
    const worker = await command(["study", "work", folder]);
    expect([worker.code, worker.stderr]).toEqual([1, expect.stringContaining("is for cpu, and this machine")]);
  });

  test("is looked at, collected and cancelled all the same", async () => {
    const made = madeUpRecord("float", 1, 0.9);
    const record = sealRecord({ ...made, environment: { ...made.environment, arithmetic: "cpu" } });
    const [run] = elsewhere();
    mkdirSync(run!.folder);
    writeFileSync(join(run!.folder, "record.json"), JSON.stringify(record));
    expect(readPlan(folder)).toEqual(elsewhere());
    const status = await command(["study", "status", folder]);
    expect(status.stdout, status.stderr).toContain("2 runs: 1 finished, 1 waiting");
    const collected = await command(["study", "collect", folder]);
    expect(collected.stdout, collected.stderr).toMatch(/^1 of 2 runs are not finished yet\.\n\n.*90\.0/s);
    expect(await command(["study", "cancel", folder])).toMatchObject({ code: 0 });
  });
});

test("a plan of two arithmetics, as earlier versions wrote them, can be looked at", async () => {
  const lines = (["cpu", "wasm"] as const).map(async (how) => {
    const place = join(folder, how);
    await addToPlan(place, studyRuns(study, [1], place, how), how);
    return readFileSync(planPath(place), "utf8");
  });
  writeFileSync(planPath(folder), (await Promise.all(lines)).join(""));
  expect(readPlan(folder).map(({ arithmetic }) => arithmetic)).toEqual(["cpu", "wasm"]);
});

test("a row with a new name is planned beside what it was called before", async () => {
  const renamed = parseStudyConfig({ name: "tiny", extends: "digits", rows: [{ ...float, scale: "plain" }] });
  for (const what of [study, renamed, study]) await addToPlan(folder, studyRuns(what, [1], folder, "cpu"), "cpu");
  const runs = readPlan(folder);
  expect(runs.map(({ row }) => row.name)).toEqual(["float", "float/plain"]);
  expect(runs[1]!.folder).toBe(studyRuns(renamed, [1], folder, "cpu")[0]!.folder);
});
