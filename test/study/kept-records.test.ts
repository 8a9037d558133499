import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FileError } from "../../lib/errors";
import { keepRecords, loadStudy } from "../../lib/study/records";
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

test("a folder of runs is read too, unfinished ones left out", () => {
  mkdirSync(join(folder, "a"));
  mkdirSync(join(folder, "unfinished"));
  writeFileSync(join(folder, "a", "record.json"), JSON.stringify(madeUpRecord("float", 1, 0.9)));
  writeFileSync(join(folder, "README.md"), "notes");
  expect(loadStudy(folder)).toEqual([madeUpRecord("float", 1, 0.9)]);
});

test("of a row that was changed, the newer configuration counts, with all its seeds", () => {
  const write = (seed: number, epochs: number, minutesAgo: number) => {
    const made = sealRecord({
      ...madeUpRecord("float", seed, 0.9),
      config: parseRunConfig({ extends: "digits", training: { epochs } }),
      curve: madeUpCurve(epochs, 0.9),
    });
    const run = join(folder, `${seed}-${epochs}`);
    mkdirSync(run);
    writeFileSync(join(run, "record.json"), JSON.stringify(made));
    const time = Date.now() / 1000 - 60 * minutesAgo;
    utimesSync(join(run, "record.json"), time, time);
  };
  write(1, 99, 1);
  write(2, 99, 2);
  write(1, 7, 60);
  write(3, 7, 61);
  expect(loadStudy(folder).map(({ seed, config }) => [seed, config.training.epochs])).toEqual([
    [1, 99],
    [2, 99],
  ]);
});

test("a folder without runs, a file or nothing at all is refused, with what to do", () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  for (const place of [folder, file, join(folder, "nowhere"), ""]) {
    expect(() => loadStudy(place)).toThrow(FileError);
    expect(() => loadStudy(place)).toThrow(/No finished runs in|is not the record of a run/);
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
