import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { command } from "./in-process";

const golden = join(__dirname, "..", "golden");
const folder = mkdtempSync(join(tmpdir(), "binvit-failures-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(() => {
  const write = (name: string, content: string) => writeFileSync(join(folder, name), content);
  write("corrupt.json", '{\n "extends": "digits",\n "training": {\n');
  write("bom.json", '\uFEFF{ "extends": "digits" }');
  write("unknown.json", '{ "extends": "digits", "traning": {} }');
  write("list.json", "[]");
  write("sizes.json", '{ "extends": "digits", "model": { "embedDim": 65 } }');
  write(
    "study.json",
    '{ "name": "x", "extends": "digits", "rows": [{ "component": "mlp", "scale": "c", "binarize": { "mpl": "channel" } }] }',
  );
  mkdirSync(join(folder, "run"));
  write("run/record.json", '{ "schema": "binvit.run/3", "name": "x" }');
  mkdirSync(join(folder, "vectors"));
  const { expect: expected, ...rest } = JSON.parse(readFileSync(join(golden, "gelu.json"), "utf8"));
  write("vectors/good.json", JSON.stringify({ ...rest, expect: expected }));
  const y = { ...expected.y, data: expected.y.data.map((value: number) => value + 0.5) };
  write("vectors/wrong.json", JSON.stringify({ ...rest, name: "moved", expect: { ...expected, y } }));
  mkdirSync(join(folder, "malformed"));
  write("malformed/half.json", '{ "name": "half"');
});

describe("a failure ends with code 1 and one or two lines that say what to do", () => {
  test.each([
    [
      "a missing file",
      ["train", "nowhere.json"],
      /^binvit: Cannot read nowhere\.json: there is no such file or folder\. Check the path\.\n$/,
    ],
    ["a folder for a file", ["summary", "run"], /^binvit: Cannot read run: it is a folder, and a file was expected/],
    [
      "corrupt JSON",
      ["train", "corrupt.json"],
      /^binvit: corrupt\.json is not valid JSON: .*\. Mend it, or write it again\.\n$/,
    ],
    [
      "an unknown key",
      ["train", "unknown.json"],
      /^binvit: unknown\.json: unknown key "traning"\. Did you mean "training"\?\n$/,
    ],
    ["a list", ["summary", "list.json"], /^binvit: list\.json: expected an object, got \[\]\.\n$/],
    ["a list with settings", ["summary", "list.json", "--set", "a=1"], /^binvit: list\.json: /],
    [
      "sizes that do not divide",
      ["train", "sizes.json"],
      /^binvit: sizes\.json\.model\.embedDim must be a multiple of numHeads: got 65 and 4\. Try numHeads 1, or embedDim 64\.\n$/,
    ],
    [
      "an unknown setting",
      ["train", "digits", "--set", "training.epoch=3"],
      /^binvit: digits\.training: unknown key "epoch"\. Did you mean "epochs"\?\n$/,
    ],
    [
      "a model that does not fit the data",
      ["train", "digits", "--set", "model.numClasses=3"],
      /^binvit: model\.numClasses is 3, but digits has 10\. Set model\.numClasses=10\.\n$/,
    ],
    [
      "more images than there are",
      ["train", "digits", "--set", "dataset.trainLimit=5000"],
      /^binvit: trainLimit is 5000, expected/,
    ],
    [
      "an unknown part in a study",
      ["study", "study.json"],
      /^binvit: study\.json\.rows\.0\.model\.binarize: unknown key "mpl"/,
    ],
    [
      "a folder that is no run",
      ["eval", "vectors"],
      /^binvit: vectors holds no record\.json\. Give the folder of a finished run/,
    ],
    [
      "a record that is none",
      ["eval", "run"],
      /^binvit: run.record\.json is not the record of a run\. .*expected an object, got nothing/,
    ],
    [
      "a folder that is not there",
      ["verify", "nowhere"],
      /^binvit: There is no folder nowhere\. Give a folder of reference vectors/,
    ],
    ["a folder without vectors", ["verify", "run/.."], /^binvit: .*is not a reference vector file|is not valid JSON/],
    ["a malformed vector", ["verify", "malformed"], /^binvit: malformed.half\.json is not valid JSON/],
  ])("%s", async (_, words, message) => {
    const before = readdirSync(folder);
    const { code, stderr } = await command(words, { cwd: folder });
    expect(stderr).toMatch(message);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(readdirSync(folder).filter((name) => name !== "runs")).toEqual(before.filter((name) => name !== "runs"));
  });
});

test.each([
  ["commander", "Cannot find module 'commander'"],
  ["zod", "The package zod is not installed"],
])("a kit without its package %s says how to get it", (name, message) => {
  const launcher = join(kitRoot(), "lib", "bin", "binvit.js");
  const hook = join(folder, `without-${name}.cjs`);
  const body = `const Module = require("node:module");
const resolve = Module._resolveFilename;
Module._resolveFilename = (request, ...rest) => {
  if (request !== "${name}") return resolve(request, ...rest);
  throw Object.assign(new Error("Cannot find module '${name}'\\nRequire stack: …"), { code: "MODULE_NOT_FOUND" });
};`;
  writeFileSync(hook, body);
  const { status, stderr } = spawnSync(process.execPath, ["-r", hook, launcher, "summary", "digits"], {
    encoding: "utf8",
  });
  expect(stderr).toBe(`binvit: ${message}. Run \`npm ci\` in the kit's folder, then try again.\n`);
  expect(status).toBe(1);
});

describe("binvit verify", () => {
  test("prints a line a case, and ends with code 1 where one differs", async () => {
    const { code, stdout, stderr } = await command(["verify", "vectors"], { cwd: folder });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^pass {2}gelu /m);
    expect(stdout).toMatch(/^FAIL {2}moved .* y$/m);
    expect(stdout).toMatch(/\n1 of 2 pass on the \w+ backend\.\n$/);
    expect(stderr).toBe("binvit: 1 of 2 reference cases differ from what they expect.\n");
  });

  test("prints JSON that can be parsed", async () => {
    const { code, stdout } = await command(["verify", "vectors", "--json", "--backend", "wasm"], { cwd: folder });
    expect(code).toBe(1);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ backend: "wasm", passed: 1, total: 2 });
    expect(report.cases[1]).toMatchObject({ name: "moved", op: "gelu", passed: false, worst: "y" });
    expect(report.cases[1].largestError).toBeGreaterThan(0.1);
  });

  test("passes 25 of 25, silently on standard error", async () => {
    const { code, stdout, stderr } = await command(["verify", golden]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/\n25 of 25 pass on the \w+ backend\.\n$/);
  });
});

describe("binvit summary", () => {
  test("reads a file that begins with a byte order mark", async () => {
    expect(await command(["summary", "bom.json"], { cwd: folder })).toMatchObject({ code: 0, stderr: "" });
  });

  test("prints every layer and totals that its JSON repeats", async () => {
    const words = ["summary", "digits", "--set", "model.binarize.mlp=channel"];
    const { code, stdout, stderr } = await command(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { rows, total } = JSON.parse((await command([...words, "--json"])).stdout);
    for (const row of rows) expect(stdout).toMatch(new RegExp(`^${row.name.replace(/\./g, "\\.")} `, "m"));
    const totals = stdout
      .split("\n")
      .find((line) => line.startsWith("total"))!
      .split(/ +/);
    expect(totals.slice(1).map((cell) => Number(cell.replace(/,/g, "")))).toEqual([
      total.parameters,
      total.bytesFloat,
      total.bytesPacked,
      total.macs,
      total.binaryMacs,
    ]);
    expect(stdout).toContain(`Packed is ${(total.bytesFloat / total.bytesPacked).toFixed(2)} times smaller than float`);
  });

  test("ends quietly when its reader has seen enough", async () => {
    const launcher = join(kitRoot(), "lib", "bin", "binvit.js");
    const script = `"${process.execPath}" "${launcher}" summary digits | head -n 1`;
    const { stdout, stderr } = spawnSync("sh", ["-c", script], { encoding: "utf8" });
    expect(stdout.split("\n")).toHaveLength(2);
    expect(stderr).toBe("");
  });
});
