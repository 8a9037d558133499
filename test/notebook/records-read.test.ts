import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { checkNotebook } from "../../lib/notebook/check";
import { cleanNotebook, readNotebook, withOutputs, writeNotebook } from "../../lib/notebook/document";
import { changedRecords, recordsRead } from "../../lib/notebook/records-read";
import { runNotebook } from "../../lib/notebook/run";
import { notebookOf, temporaryFolder } from "./fixture";

let root: string;
const at = (...names: string[]) => path.join(root, ...names);
beforeAll(() => {
  root = temporaryFolder();
  fs.mkdirSync(at("data", "results", "methods"), { recursive: true });
  fs.writeFileSync(at("data", "results", "methods", "float-s1.json"), "1");
  fs.writeFileSync(at("data", "results", "bench.json"), "2");
});
afterAll(() => fs.rmSync(root, { recursive: true }));

test("of all reads the records are kept: a study as a whole, a file by itself", () => {
  const reads = [
    at("data", "results", "methods", "float-s1.json"),
    at("data", "results", "bench.json"),
    at("data", "a.csv"),
  ];
  const records = recordsRead(Object.fromEntries(reads.map((file) => [`read:${file}`, ""])), root)!;
  expect(Object.keys(records)).toEqual(["data/results/bench.json", "data/results/methods"]);
  expect(changedRecords(records, root)).toEqual([]);
  fs.writeFileSync(at("data", "results", "methods", "float-s2.json"), "3"); // one more seed
  expect(changedRecords(records, root)).toEqual(["data/results/methods"]);
  fs.rmSync(at("data", "results", "bench.json"));
  expect(changedRecords(records, root)).toEqual(["data/results/bench.json", "data/results/methods"]);
});

test("nothing is kept of a notebook that reads no records", () => {
  expect(
    recordsRead({ [`read:${at("data", "a.csv")}`]: "", [`list:${at("data", "results")}`]: "" }, root),
  ).toBeUndefined();
  expect(recordsRead(undefined, root)).toBeUndefined();
});

test("a run writes down which records it read, and the check tells when they are others", async () => {
  const file = at("a.ipynb");
  const records = JSON.stringify(path.join(kitRoot(), "data", "results", "quick", "float-s1.json"));
  writeNotebook(file, notebookOf("# Title", `import * as fs from "fs";\nfs.readFileSync(${records}).length > 0;`));
  await runNotebook(file);
  const ran = readNotebook(file);
  expect(Object.keys(ran.records!)).toEqual(["data/results/quick"]);
  expect(checkNotebook(file)).toEqual([]);
  writeNotebook(file, { ...ran, records: { "data/results/quick": "of before" } });
  expect(checkNotebook(file)[0]).toMatch(/^outputs are of other records than data\/results\/quick now: run npx binvit/);
  expect(cleanNotebook(ran).records).toBeUndefined();
  expect(withOutputs(ran, new Map()).records).toEqual(ran.records);
});
