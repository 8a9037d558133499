import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cleanNotebook, readNotebook, withOutputs, writeNotebook } from "../../lib/notebook/document";
import type { Access } from "../../lib/notebook/host/reads";
import type { Notebook } from "../../lib/notebook/nbformat";
import { readsOf } from "../../lib/notebook/reads";
import { RunCache } from "../../lib/notebook/run-cache";
import { notebookOf, outputsOf, temporaryFolder } from "./fixture";

let root: string;
let source: string;

/** A small kit: a library, data, a notebook that ran. */
beforeEach(() => {
  root = temporaryFolder();
  for (const file of ["lib/dist/index.js", "lib/dist/.tsbuildinfo", "data/digits/all.bin", "data/downloads/big"]) {
    put(file, "1");
  }
  source = path.join(root, "notebooks", "a.ipynb");
  const ran = executed(notebookOf("# A", "1;"));
  writeNotebook(source, ran);
  new RunCache(root).remember(source);
});
afterEach(() => fs.rmSync(root, { recursive: true }));

// The figure's keys are not in the order in which they are written, and its −0 is read back as 0.
const figure = { "text/plain": "a figure", "application/json": { y: -0, x: 1 } };
const executed = (notebook: Notebook) =>
  withOutputs(
    notebook,
    new Map([
      [
        "c2",
        [
          { output_type: "stream", name: "stdout", text: "1\n" },
          { output_type: "display_data", data: figure, metadata: {} },
        ],
      ],
    ]),
  );
const fresh = (target = source) => new RunCache(root).isFresh(source, target);
function put(file: string, content: string): void {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), content);
}

test("nothing changed, prose changed, downloads changed: no new run", () => {
  expect(fresh()).toBe(true);
  put("data/downloads/big", "2");
  put("lib/dist/.tsbuildinfo", "2");
  const notebook = readNotebook(source);
  writeNotebook(source, { ...notebook, cells: notebook.cells.map((c, i) => (i === 0 ? { ...c, source: "# B" } : c)) });
  expect(fresh()).toBe(true);
});

test("code, outputs, library or data changed: a new run", () => {
  const kept = readNotebook(source);
  writeNotebook(source, cleanNotebook(kept));
  expect(fresh()).toBe(false);
  writeNotebook(source, { ...executed(notebookOf("# A", "2;")), sourceSha256: kept.sourceSha256 });
  expect(fresh()).toBe(false);
  writeNotebook(source, kept);
  expect(fresh()).toBe(true);
  put("lib/dist/index.js", "2");
  expect(fresh()).toBe(false);
  put("lib/dist/index.js", "1");
  expect(fresh()).toBe(true);
  put("data/digits/more.bin", "1");
  expect(fresh()).toBe(false);
});

test("a file that the notebook read changed, came, went or is listed beside another: a new run", () => {
  const beside = (name: string) => path.join(root, "notebooks", name);
  put("notebooks/read.txt", "1");
  put("runs/mine/one", "1");
  const looks = ["read:read.txt", "look:missing.txt", "read:gone.txt"].map((access) => access.split(":"));
  const accesses = looks.map(([access, name]) => [access, beside(name)] as [Access, string]);
  const reads = readsOf([...accesses, ["list", path.join(root, "runs", "mine")]], Date.now() + 1000)!;
  new RunCache(root).remember(source, reads);
  expect(fresh()).toBe(true);
  const changes: [() => void, () => void][] = [
    [() => put("notebooks/read.txt", "2"), () => put("notebooks/read.txt", "1")],
    [() => put("notebooks/missing.txt", "1"), () => fs.rmSync(beside("missing.txt"))],
    [() => put("notebooks/gone.txt", "1"), () => fs.rmSync(beside("gone.txt"))],
    [() => put("runs/mine/two", "1"), () => fs.rmSync(path.join(root, "runs", "mine", "two"))],
  ];
  for (const [change, undo] of changes) {
    change();
    expect(fresh()).toBe(false);
    undo();
    expect(fresh()).toBe(true);
  }
  put("notebooks/other.txt", "1");
  expect(fresh()).toBe(true);
});

test("what a notebook wrote itself is no input; what others changed while it ran makes the run unknown", () => {
  const file = path.join(root, "notebooks", "own.txt");
  put("notebooks/own.txt", "1");
  expect(
    readsOf(
      [
        ["write", file],
        ["read", file],
      ],
      0,
    ),
  ).toEqual({});
  expect(
    readsOf(
      [
        ["read", file],
        ["write", file],
      ],
      0,
    ),
  ).toHaveProperty([`read:${file}`]);
  expect(readsOf([["read", file]], 0)).toBeUndefined();
});

test("the settings of the environment count; links in data are followed, and lead nowhere without harm", () => {
  const data = path.join(root, "data");
  fs.symlinkSync("nowhere", path.join(data, "dangling"));
  fs.symlinkSync(".", path.join(data, "itself"));
  put("elsewhere/linked.bin", "1");
  fs.symlinkSync(path.join(root, "elsewhere"), path.join(data, "linked"));
  new RunCache(root).remember(source);
  expect(fresh()).toBe(true);
  put("elsewhere/linked.bin", "2");
  expect(fresh()).toBe(false);
  put("elsewhere/linked.bin", "1");
  vi.stubEnv("BINVIT_KERNELS", "off");
  expect(fresh()).toBe(false);
  vi.unstubAllEnvs();
  expect(fresh()).toBe(true);
});

test("a notebook in order but for its layout is written in order, and not run", () => {
  fs.writeFileSync(source, fs.readFileSync(source, "utf8").replace('"execution_count": null', '"execution_count": 3'));
  expect(fresh()).toBe(true);
  expect(fs.readFileSync(source, "utf8")).toContain('"execution_count": null');
});

test("a copy elsewhere is fresh as long as its source's code is the same, and gets new prose", () => {
  const copy = path.join(root, "out", "a.ipynb");
  expect(fresh(copy)).toBe(false);
  const ran = executed(notebookOf("# A", "1;"));
  writeNotebook(copy, ran);
  new RunCache(root).remember(copy);
  writeNotebook(source, notebookOf("# New title", "1;"));
  expect(fresh(copy)).toBe(true);
  expect(readNotebook(copy).cells[0]!.source).toBe("# New title");
  expect(outputsOf(readNotebook(copy), 1)).toHaveLength(2);
  expect(fresh(copy)).toBe(true);
  writeNotebook(source, notebookOf("# A", "3;"));
  expect(fresh(copy)).toBe(false);
});

test("links in data are followed, in a circle or to nowhere too, and only files are read", () => {
  put("elsewhere/results/a.json", "1");
  fs.symlinkSync(path.join(root, "elsewhere", "results"), path.join(root, "data", "results"));
  fs.symlinkSync("nowhere", path.join(root, "data", "dangling"));
  fs.symlinkSync(".", path.join(root, "data", "circle"));
  fs.symlinkSync("itself", path.join(root, "data", "itself"));
  execFileSync("mkfifo", [path.join(root, "data", "pipe")]);
  new RunCache(root).remember(source);
  expect(fresh()).toBe(true);
  put("elsewhere/results/a.json", "2");
  expect(fresh()).toBe(false);
});

test("what cannot be remembered, in a kit that may only be read, only means a new run", () => {
  fs.rmSync(path.join(root, "runs"), { recursive: true });
  put("runs", "a file in the way");
  new RunCache(root).remember(source);
  expect(fresh()).toBe(false);
});

test("a broken state file, and a copy that cannot be read, only mean a new run", () => {
  for (const text of ["{", "null", "3", '{"notebooks/a.ipynb":"old"}']) {
    put("runs/notebooks/state.json", text);
    expect(fresh()).toBe(false);
  }
  put("out/a.ipynb", "{");
  expect(fresh(path.join(root, "out", "a.ipynb"))).toBe(false);
});
