import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FileError } from "../../lib/base/errors";
import { configurationId } from "../../lib/study/configurations";
import { keepRecords, loadStudy } from "../../lib/study/records";
import { resultRows } from "../../lib/study/table";
import { fileName } from "../../lib/train/file-name";
import type { RunRecord } from "../../lib/train/record";
import { parseRunConfig } from "../../lib/train/run-config";
import { sealRecord } from "../../lib/train/seal";
import { madeUpCurve, madeUpRecord } from "./records";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "binvit-records-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const names = [
  "conv+mlp+mhsa/channel",
  "mlp/channel",
  "mlp/unscaled",
  "float",
  "own/learned",
  "mlp+mhsa/channel-w1a32",
];
const sorted = [
  "float",
  "mlp/unscaled",
  "mlp/channel",
  "mlp+mhsa/channel-w1a32",
  "conv+mlp+mhsa/channel",
  "own/learned",
];
const records = names.flatMap((name) => [madeUpRecord(name, 10, 0.5), madeUpRecord(name, 2, 0.6)]);

test("kept records come back as they were, by row, then seed", () => {
  keepRecords(records, join(folder, "deep", "results"));
  expect(readdirSync(join(folder, "deep", "results"))).toHaveLength(12);
  const loaded = loadStudy(join(folder, "deep", "results"));
  expect(loaded.map(({ name, seed }) => `${name} ${seed}`)).toEqual(
    sorted.flatMap((name) => [`${name} 2`, `${name} 10`]),
  );
  expect(loaded).toContainEqual(records[0]);
});

test("keeping them again replaces them, one by one", () => {
  keepRecords(records, folder);
  keepRecords([madeUpRecord("float", 2, 0.99)], folder);
  expect(readdirSync(folder)).toHaveLength(12);
  expect(loadStudy(folder)[0].test.accuracy).toBe(0.99);
});

test("what has a record's name and is none stays as it is, and the run is kept beside it", () => {
  const notes = join(folder, "float-s1.json");
  const earlier = join(folder, "float-s2.json");
  writeFileSync(notes, '{"my":"notes"}');
  writeFileSync(earlier, '{"schema":"binvit.run/1"}');
  const warnings: string[] = [];
  const two = [1, 2].map((seed) => madeUpRecord("float", seed, 0.9));
  for (const _ of [1, 2]) keepRecords(two, folder, (warning) => warnings.push(warning));
  expect([notes, earlier].map((path) => readFileSync(path, "utf8"))).toEqual([
    '{"my":"notes"}',
    '{"schema":"binvit.run/1"}',
  ]);
  const beside = (seed: number) => join(folder, `float-s${seed}-${configurationId(two[0]!)}.json`);
  for (const [i, path] of [beside(1), beside(2)].entries())
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(two[i]);
  expect(warnings.slice(0, 2)).toEqual([
    `${notes} is no record that this version reads: it stays, and the run is kept as ${beside(1)}.`,
    `${earlier} is no record that this version reads: it stays, and the run is kept as ${beside(2)}.`,
  ]);
  writeFileSync(beside(1), "more notes");
  expect(() => keepRecords(two, folder, () => {})).toThrow(/^float, seed 1, is not kept: .* Move it away/);
  expect(readFileSync(beside(1), "utf8")).toBe("more notes");
});

test("a folder of runs is read too, unfinished ones left out", () => {
  mkdirSync(join(folder, "a"));
  mkdirSync(join(folder, "unfinished"));
  writeFileSync(join(folder, "a", "record.json"), JSON.stringify(madeUpRecord("float", 1, 0.9)));
  writeFileSync(join(folder, "README.md"), "notes");
  expect(loadStudy(folder)).toEqual([madeUpRecord("float", 1, 0.9)]);
});

/** A run in a folder of its own, or its record as a file. */
function put(name: string, record: RunRecord): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, "record.json"), JSON.stringify(record));
}
const longer = (name: string, seed: number, epochs = 99, accuracy = 0.9) =>
  sealRecord({
    ...madeUpRecord(name, seed, accuracy),
    config: parseRunConfig({ extends: "digits", training: { epochs } }),
    curve: madeUpCurve(epochs, accuracy),
  });
/** What `loadStudy` gives, and what it warns of. */
function load(place = folder) {
  const warnings: string[] = [];
  const loaded = loadStudy(place, (warning) => warnings.push(warning));
  return { warnings, names: loaded.map(({ name, seed }) => `${name} ${seed}`), rows: resultRows(loaded) };
}

test("configurations of one name are told apart, all of them and all their seeds, with a warning", () => {
  for (const seed of [1, 2]) put(`new-${seed}`, longer("mlp/channel", seed));
  for (const seed of [1, 3]) put(`old-${seed}`, longer("mlp/channel", seed, 7, 0.5));
  put("float", longer("float", 1));
  keepRecords([longer("float", 1, 7)], folder);
  const { warnings, names, rows } = load();
  expect(names).toEqual([
    "float [epochs=7] 1",
    "float [epochs=99] 1",
    "mlp/channel [epochs=7] 1",
    "mlp/channel [epochs=7] 3",
    "mlp/channel [epochs=99] 1",
    "mlp/channel [epochs=99] 2",
  ]);
  expect(rows.map(({ component, scale, values }) => [component, scale, values])).toEqual([
    ["float [epochs=7]", "float [epochs=7]", [0.9]],
    ["float [epochs=99]", "float [epochs=99]", [0.9]],
    ["mlp", "channel [epochs=7]", [0.5, 0.5]],
    ["mlp", "channel [epochs=99]", [0.9, 0.9]],
  ]);
  expect(warnings).toHaveLength(2);
  expect(warnings).toContain(
    "mlp/channel is the name of 2 configurations, shown apart as mlp/channel [epochs=99] and mlp/channel [epochs=7]. " +
      "They differ in training.epochs 99 vs 7.",
  );
});

test("so are those that differ in much, in data or in arithmetic; not those that lie elsewhere", () => {
  const made = madeUpRecord("mlp/channel", 1, 0.5);
  const change = (part: Partial<RunRecord>, seed: number) => sealRecord({ ...made, ...part, seed });
  const small = { ...made.config.model, embedDim: 8, depth: 1, mlpDim: 16 };
  const data = { ...made.config.dataset, folder: "/elsewhere" };
  const runs = [
    made,
    change({ config: { ...made.config, dataset: data } }, 2),
    change({ environment: { ...made.environment, arithmetic: "cpu" } }, 3),
    change({ dataset: { ...made.dataset, sha256: "11".repeat(32) } }, 4),
    change({ config: { ...made.config, model: small } }, 5),
  ];
  const rows = resultRows(runs);
  expect(rows.map(({ values }) => values.length)).toEqual([2, 1, 1, 1]);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(4);
  expect(rows[0].name).toMatch(/^mlp\/channel \[#[0-9a-f]{8}\]$/);
  expect(resultRows(runs.slice(0, 3)).map(({ scale }) => scale)).toEqual([
    "channel [arithmetic=wasm+kernels]",
    "channel [arithmetic=cpu]",
  ]);
  keepRecords(runs, folder);
  const [warning] = load().warnings;
  expect(warning).toMatch(/^mlp\/channel is the name of 4 configurations, shown apart as mlp\/channel \[#/);
  expect(warning).toMatch(/; and 1 setting more\.$/);
});

test("seeds of a row that starts from another are one row, wherever and whichever that one's seeds are", () => {
  const staged = (seed: number, recipe: string, weights: string) => {
    const record = madeUpRecord("mlp/staged", seed, 0.8);
    const training = { ...record.config.training, from: `runs/mlp-s${seed}` };
    const origins = { from: { name: "mlp/first", seed, weightsSha256: weights.repeat(64), recipe: recipe.repeat(64) } };
    return sealRecord({ ...record, config: { ...record.config, training }, origins });
  };
  const warnings: string[] = [];
  keepRecords([staged(1, "a", "1"), staged(2, "a", "2")], folder);
  expect(resultRows(loadStudy(folder, (line) => warnings.push(line)))).toMatchObject([{ accuracy: { count: 2 } }]);
  expect(warnings).toEqual([]);
  keepRecords([staged(3, "b", "3")], folder);
  expect(resultRows(loadStudy(folder, (line) => warnings.push(line)))).toHaveLength(2);
  expect(warnings.join()).toContain("They differ in training.from mlp/first#aaaaaaaa vs mlp/first#bbbbbbbb");
});

test("a study's name with a slip in it is answered with the one that was meant", () => {
  expect(() => loadStudy("quik")).toThrow("No finished runs in quik. Did you mean quick? Make them with");
});

test("where there are no runs, the study of that name is what makes them", () => {
  expect(() => loadStudy("stems-cifar10")).toThrow(/Make them with `npx binvit study quick --out stems-cifar10`\.$/);
  expect(() => loadStudy(join("nowhere", "methods"))).toThrow(
    `Make them with \`npx binvit study methods --out ${join("nowhere", "methods")}\`.`,
  );
});

test("a folder whose name is that of a recorded study is named, as it is not what is read", () => {
  const before = process.cwd();
  process.chdir(folder);
  try {
    keepRecords([madeUpRecord("float", 1, 0.9)], "quick");
    const warnings: string[] = [];
    expect(loadStudy("quick", (line) => warnings.push(line)).length).toBeGreaterThan(1);
    expect(warnings).toEqual([
      "quick is the study recorded with the kit, which counts; say ./quick for the folder of that name here.",
    ]);
  } finally {
    process.chdir(before);
  }
});

test("a run that is reached twice counts once; two of one seed are not two seeds", () => {
  put("run", madeUpRecord("float", 1, 0.9));
  symlinkSync(join(folder, "run"), join(folder, "same"));
  keepRecords([madeUpRecord("float", 1, 0.9)], folder);
  expect(load()).toMatchObject({ names: ["float 1"], warnings: [] });
  expect(resultRows([madeUpRecord("float", 1, 0.9), madeUpRecord("float", 1, 0.9)])[0].values).toEqual([0.9]);
  put("other", sealRecord({ ...madeUpRecord("float", 1, 0.1), weightsSha256: "11".repeat(32) }));
  expect(load()).toMatchObject({
    names: ["float 1"],
    warnings: [
      expect.stringMatching(/^float, seed 1, is there twice, with different weights: .* counts, .* does not\./),
    ],
  });
});

test("runs are found by symbolic links, folders and files, and the folder itself may be one", () => {
  const elsewhere = join(folder, "elsewhere");
  const linked = join(folder, "linked");
  for (const place of [elsewhere, linked]) mkdirSync(place);
  put("elsewhere/run", madeUpRecord("float", 1, 0.9));
  keepRecords([madeUpRecord("mlp/channel", 1, 0.9)], elsewhere);
  symlinkSync("../elsewhere/run", join(linked, "run"));
  symlinkSync("../elsewhere/mlp-channel-s1.json", join(linked, "mlp.json"));
  symlinkSync("nowhere", join(linked, "dangling"));
  symlinkSync("circle", join(linked, "circle"));
  symlinkSync("linked", join(folder, "place"));
  for (const place of [linked, join(folder, "place")]) {
    const { names, warnings } = load(place);
    expect(names).toEqual(["float 1", "mlp/channel 1"]);
    expect(warnings).toEqual([
      expect.stringMatching(/^Left out: Cannot read .*circle: its symbolic links lead in a circle/),
      expect.stringMatching(/^Left out: Cannot read .*dangling: there is no such file or folder/),
    ]);
  }
});

test("what is no sound record is named and left out, and all others count", () => {
  put("whole", madeUpRecord("float", 1, 0.9));
  put("changed", { ...madeUpRecord("float", 2, 0.9), test: { accuracy: 1, loss: 0, count: 360 } });
  mkdirSync(join(folder, "cut"));
  writeFileSync(join(folder, "cut", "record.json"), JSON.stringify(madeUpRecord("float", 3, 0.9)).slice(0, 300));
  writeFileSync(join(folder, "package.json"), '{"name": "x"}');
  mkdirSync(join(folder, "folder.json"));
  expect(load()).toMatchObject({
    names: ["float 1"],
    warnings: [
      expect.stringMatching(/^Left out: .*changed.record\.json was changed after it was written/),
      expect.stringMatching(/^Left out: .*cut.record\.json is not valid JSON/),
      expect.stringMatching(/^Left out: .*package\.json is not the record of a run/),
    ],
  });
  for (const name of ["a.json", "b.json"]) writeFileSync(join(folder, name), "{}");
  expect(load().warnings).toHaveLength(4);
  expect(load().warnings[3]).toMatch(/^Left out: 2 more such files in /);
});

test("every name has a file of its own, in the folder, and the plain ones are readable", () => {
  const plain = { float: "float", "mlp/channel": "mlp-channel", "mlp+mhsa/channel-w1a32": "mlp+mhsa-channel-w1a32" };
  for (const [name, file] of Object.entries(plain)) expect(fileName(name, "row")).toBe(file);
  const odd = [
    "a/b-c",
    "a-b/c",
    "a-b-c",
    "a/b/c",
    "A/b-c",
    "../../a",
    "..",
    "",
    "a/",
    "/a",
    "a b",
    "a:b",
    "<b>",
    "日本",
    "日本語",
  ];
  const names = [...odd, ...Object.keys(plain), "x".repeat(300), `${"x".repeat(299)}y`];
  keepRecords(
    names.map((name) => madeUpRecord(name, 1, 0.5)),
    join(folder, "kept"),
  );
  expect(readdirSync(folder)).toEqual(["kept"]);
  const files = readdirSync(join(folder, "kept"));
  expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length);
  for (const file of files) expect(file).toMatch(/^[\w+.~-]{1,110}\.json$/);
  expect(load(join(folder, "kept")).names.sort()).toEqual(names.map((name) => `${name} 1`).sort());
  expect(["cifar-s", "My_run", "a/b", "a-b", "../x"].map((name) => fileName(name, "run"))).toEqual([
    "cifar-s",
    "My_run",
    expect.stringMatching(/^a-b~[0-9a-f]{8}$/),
    "a-b",
    expect.stringMatching(/^\.\.-x~[0-9a-f]{8}$/),
  ]);
});

test("a folder without runs, a file or nothing at all is refused, with what to do", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  for (const place of [folder, file, join(folder, "nowhere"), ""]) {
    expect(() => loadStudy(place)).toThrow(FileError);
    expect(() => loadStudy(place)).toThrow(/No finished runs in|is a file/);
  }
});

test("a JSON file that is no record is refused by name", () => {
  writeFileSync(join(folder, "package.json"), '{"name": "x"}');
  expect(() => loadStudy(folder)).toThrow(/package\.json is not the record of a run\. it\.schema: expected/);
});

test("a path is never taken for the name of a study that the kit keeps", () => {
  keepRecords([madeUpRecord("float", 7, 0.5)], folder);
  const before = process.cwd();
  process.chdir(folder);
  try {
    expect(loadStudy(".").map(({ seed }) => seed)).toEqual([7]);
  } finally {
    process.chdir(before);
  }
});
