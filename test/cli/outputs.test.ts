import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { arithmetic } from "../../lib/backend/arithmetic";
import { useBackend } from "../../lib/backend/select";
import { newHolder } from "../../lib/base/holder";
import { keepRecords } from "../../lib/study/records";
import { parseStudyConfig } from "../../lib/study/study-config";
import { studyRuns } from "../../lib/study/study-runs";
import { sealRecord } from "../../lib/train/seal";
import { madeUpCurve, madeUpRecord } from "../study/records";
import { binvit } from "./binvit";
import { command } from "./in-process";

const folder = mkdtempSync(join(tmpdir(), "binvit-outputs-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);

const study = {
  name: "tiny",
  extends: "digits",
  rows: [
    { component: "float", scale: "float", binarize: {} },
    { component: "mlp", scale: "channel", binarize: { mlp: "channel" } },
  ],
};

/** A study whose first row is finished, and whose second cannot be: a file is in the way of its folder. */
beforeAll(async () => {
  await useBackend();
  const how = arithmetic();
  const [float, mlp] = studyRuns(parseStudyConfig(study), [1], at("runs"), how);
  const made = madeUpRecord("float", 1, 0.9);
  mkdirSync(float.folder, { recursive: true });
  const record = sealRecord({
    ...made,
    config: float.row.config,
    environment: { ...made.environment, arithmetic: how },
  });
  writeFileSync(join(float.folder, "record.json"), JSON.stringify(record));
  writeFileSync(mlp.folder, "in the way");
  writeFileSync(at("tiny.json"), JSON.stringify(study));
});

describe("binvit study", () => {
  test("with a failed run prints and keeps the others, lists it, and ends with code 1", async () => {
    const words = ["study", "tiny.json", "--out", "runs", "--keep", "kept"];
    const { code, stdout, stderr } = await command(words, { cwd: folder });
    expect(stdout).toMatch(/^float +- +1 +90\.0 /m);
    expect(stdout).toMatch(
      /^mlp +channel +0 of 1 +failed .*\n\nRecords and weights: runs\n\nFailed:\n {2}mlp\/channel, seed 1: Cannot write runs.mlp-channel-s1-[0-9a-f]{8}.config\.json: .*\n$/m,
    );
    expect(stderr).toBe(
      "binvit: 1 of 2 runs failed, as listed above. Run the same command to try them again; the others are kept.\n",
    );
    expect([code, readdirSync(at("kept"))]).toEqual([1, ["float-s1.json"]]);
  });

  test("refuses a place for the records before it trains", async () => {
    const words = ["study", "tiny.json", "--out", "other", "--keep", "tiny.json"];
    const { code, stdout, stderr } = await command(words, { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^binvit: Cannot write to tiny\.json: a file of that name is in the way/);
    expect(existsSync(at("other"))).toBe(false);
  });
});

test("binvit train says who trains in a folder already, and touches nothing", async () => {
  mkdirSync(at("busy"));
  const holder = { ...newHolder("training digits, seed 1,", 10), since: "2026-01-01T12:00:00.000Z" };
  writeFileSync(at("busy", "training.claim-1"), JSON.stringify(holder));
  const { code, stdout, stderr } = await binvit(["train", "digits", "--out", "busy"], { cwd: folder });
  expect({ code, lines: stdout.split("\n").length }).toEqual({ code: 1, lines: 2 });
  expect(stderr).toBe(
    `binvit: busy is in use: process ${process.pid} on ${hostname()} has been training digits, seed 1, there since ` +
      "2026-01-01T12:00:00.000Z. Wait for it, or choose another folder with --out.\n",
  );
  expect(readdirSync(at("busy"))).toEqual(["training.claim-1"]);
});

test("binvit figures names what it leaves out and what it tells apart, and refuses its places before it draws", async () => {
  const config = parseStudyConfig({ ...study, training: { epochs: 7 } }).rows[0].config;
  keepRecords(
    [
      madeUpRecord("float", 1, 0.9),
      sealRecord({ ...madeUpRecord("float", 2, 0.8), config, curve: madeUpCurve(7, 0.8) }),
    ],
    at("records"),
  );
  writeFileSync(at("records", "cut.json"), "{");
  symlinkSync("nowhere", at("records", "link"));
  mkdirSync(at("figures", "training-loss.png"), { recursive: true });
  const { code, stdout, stderr } = await command(["figures", "--results", "records", "--out", "figures"], {
    cwd: folder,
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.split("\n")).toEqual([
    expect.stringMatching(/^binvit: Left out: records.cut\.json is not valid JSON: /),
    expect.stringMatching(/^binvit: Left out: Cannot read records.link: there is no such file or folder/),
    expect.stringMatching(
      /^binvit: float is the name of 2 configurations, .*They differ in training\.epochs \d+ vs 7\.$/,
    ),
    expect.stringMatching(/^binvit: Cannot write figures.training-loss\.png: it is a folder, and a file was expected/),
    "",
  ]);
  expect(readdirSync(at("figures"))).toEqual(["training-loss.png"]);
});

test.each([
  ["pack", "--out"],
  ["export", "--onnx"],
])("binvit %s refuses a place before it works, and never overwrites the run itself", async (verb, option) => {
  const [run] = readdirSync(at("runs")).filter((name) => statSync(at("runs", name)).isDirectory());
  const before = readFileSync(at("runs", run, "record.json"));
  symlinkSync(at("runs", run, "record.json"), at(`${verb}-link`));
  const attempt = (out: string) => command([verb, join("runs", run), option, out], { cwd: folder });
  const own = await attempt(`${verb}-link`);
  const inside = await attempt("tiny.json/model");
  expect(own.stderr).toMatch(new RegExp(`^binvit: ${verb}-link is the run's own record\\.json, and would be lost\\.`));
  expect(inside.stderr).toMatch(/^binvit: Cannot write tiny\.json.model: /);
  expect([own.code, inside.code]).toEqual([1, 1]);
  expect(readFileSync(at("runs", run, "record.json"))).toEqual(before);
});

test("binvit notebooks run refuses a place before it runs", async () => {
  mkdirSync(at("ran", "01-vision-transformer.ipynb"), { recursive: true });
  const { code, stdout, stderr } = await command(["notebooks", "run", "00", "01", "--out", "ran"], { cwd: folder });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(
    /^binvit: Cannot (read|write) .*01-vision-transformer\.ipynb: it is a folder, and a file was expected/,
  );
});
