import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FileError } from "../../lib/errors";
import { loadStudy } from "../../lib/study/records";
import { keepRecords } from "../../lib/study/run-study";
import { madeUpRecord } from "./records";

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
