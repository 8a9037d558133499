import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { isCode, parseNotebook } from "../../lib/notebook/nbformat";
import { inBlocks } from "../../site/browser/cells/blocks";
import { runCell, type Scope } from "../../site/browser/cells/compile";
import { type CellOnPage, PageNotebook } from "../../site/browser/cells/notebook";
import { progressOf } from "../../site/browser/cells/progress";
import type { CellNews } from "../../site/browser/cells/protocol";
import { runnable } from "../../site/make/notebook-page";

describe("cells in a page", () => {
  /** Runs cells one after the other. @returns the value of each */
  async function run(...cells: string[]): Promise<unknown[]> {
    const scope: Scope = {};
    const values: unknown[] = [];
    for (const cell of cells)
      values.push(await runCell(cell, scope, (name) => ({ name, default: `default of ${name}` })));
    return values;
  }

  test.each([
    ["the names of cells before", ["const a: number = 2;", "a * 21"], 42],
    [
      "functions and classes, with their types left out",
      ["function f<T>(x: T): T { return x; }\nclass C { y = f(4); }", "new C().y"],
      4,
    ],
    ["what a name is by now, in a function of before", ["let n = 1;\nconst read = () => n;", "n = 5;", "read()"], 5],
    ["a name declared again", ["const x = 1;", "const x = 2;", "x"], 2],
    ["what it waits for", ["const w = await Promise.resolve(3);", "await Promise.resolve(w + 1)"], 4],
    [
      "names from a generator",
      ["const [p, ...q] = (function* () { yield 1; yield 2; yield 3; })();", "p + q.length"],
      3,
    ],
    ["names from an object", ["const { k, l: [m] } = { k: 1, l: [2] };", "k + m"], 3],
    ["a module", ['import * as m from "one";', "m.name"], "one"],
    ["parts of a module", ['import d, { name as n, type T } from "two";', "[d, n].join()"], "default of two,two"],
    ["enums", ["enum E { A, B }", "E[1]"], "B"],
  ])("find %s", async (_, cells, value) => {
    expect((await run(...cells)).at(-1)).toBe(value);
  });

  test("a cell without an expression at its end, or with types alone, has no value", async () => {
    expect(
      await run(
        "const a = 1;",
        "interface I { b: number }",
        "import type { T } from 'x';",
        "for (const b of [1]) b;",
        "",
      ),
    ).toEqual(Array(5).fill(undefined));
  });

  test("what cannot be read is told with its line; what is thrown is thrown", async () => {
    await expect(run("const a = 1;\nconst b: = 2;")).rejects.toThrow("line 2: ");
    const imports = 'import d, {\n  a,\n  b,\n} from "one";\nimport type {\n  T,\n} from "one";\n';
    await expect(run(`${imports}const c: = 2;`)).rejects.toThrow("line 8: ");
    await expect(run("throw new RangeError('far');")).rejects.toThrow(RangeError);
    await expect(run("undeclared + 1")).rejects.toThrow("undeclared is not defined");
  });

  test("what a notebook's page needs of the kit, pages have", () => {
    const index = readFileSync(join(kitRoot(), "lib", "dist", "esm", "index.js"), "utf8");
    const inNodeOnly = JSON.parse(/inNodeOnly = (\[.*\]);/.exec(index)![1]) as string[];
    expect(inNodeOnly).toContain("trainInto");
    const folder = join(kitRoot(), "notebooks");
    const known = readdirSync(folder);
    for (const name of runnable) {
      expect(known).toContain(`${name}.ipynb`);
      const { cells } = parseNotebook(readFileSync(join(folder, `${name}.ipynb`), "utf8"), name);
      const code = cells
        .filter(isCode)
        .map(({ source }) => source)
        .join("\n");
      const modules = Array.from(code.matchAll(/^import .* from "([^"]+)"/gm), ([, module]) => module);
      expect(modules.filter((module) => !["node:assert", "@tensorflow/tfjs-node", "binvit"].includes(module))).toEqual(
        [],
      );
      const used = Array.from(code.matchAll(/\bbinvit\.(\w+)/g), ([, used]) => used);
      expect(
        used.filter((used) => inNodeOnly.includes(used)),
        name,
      ).toEqual([]);
    }
  });
});

test("what is printed line after line is one block; a place that is not filled yet is none", () => {
  expect(
    inBlocks([{ printed: "a\n" }, { printed: "b\n" }, undefined, { "text/html": "<table>" }, { printed: "c\n" }]),
  ).toEqual([{ printed: "a\nb\n" }, { "text/html": "<table>" }, { printed: "c\n" }]);
});

describe("the cells of a page", () => {
  /** A page with some cells, and a worker that the test speaks for. */
  function pageOf(...sources: string[]) {
    const worker = {
      postMessage: vi.fn(),
      terminate: vi.fn(),
      onmessage: (_: object) => {},
      onerror: (_: object) => {},
    };
    const newWorker = vi.fn(() => worker as unknown as Worker);
    const notebook = new PageNotebook(newWorker);
    const cells = sources.map((source, i) => ({ id: `c${i}`, source, place: i }));
    const element = (place: number) => ({
      place,
      compareDocumentPosition: (other: { place: number }) => (other.place > place ? 4 : 2),
    });
    // Added in another order than they stand in.
    for (const cell of [...cells].reverse()) {
      notebook.add({
        id: cell.id,
        source: () => cell.source,
        element: () => element(cell.place),
      } as unknown as CellOnPage);
    }
    const say = (news: CellNews) => worker.onmessage({ data: news });
    const asked = () => worker.postMessage.mock.calls.map(([{ cell }]) => cell as string);
    const states = () => cells.map(({ id }) => notebook.states[id].state);
    return { notebook, worker, newWorker, cells, say, asked, states };
  }

  test("run one after the other, those above first, and again only if they were changed", () => {
    const { notebook, cells, say, asked, states } = pageOf("a", "b", "c", "d");
    notebook.run("c2");
    expect(states()).toEqual(["running", "waiting", "waiting", "recorded"]);
    for (const cell of ["c0", "c1", "c2"]) say({ kind: "end", cell });
    expect(asked()).toEqual(["c0", "c1", "c2"]);
    notebook.run("c2");
    say({ kind: "end", cell: "c2" });
    cells[1].source = "b changed";
    notebook.run("c3");
    for (const cell of ["c1", "c3"]) say({ kind: "end", cell });
    expect(asked()).toEqual(["c0", "c1", "c2", "c2", "c1", "c3"]);
    expect(states()).toEqual(["done", "done", "done", "done"]);
    expect(notebook.isRunning).toBe(false);
  });

  test("show what comes in its place, also over what was there", () => {
    const { notebook, say } = pageOf("a");
    notebook.run("c0");
    say({ kind: "output", cell: "c0", place: 1, shown: { printed: "second" } });
    say({ kind: "output", cell: "c0", place: 0, shown: { printed: "first" } });
    say({ kind: "output", cell: "c0", place: 1, shown: { printed: "second, again" } });
    expect(notebook.states.c0.outputs).toEqual([{ printed: "first" }, { printed: "second, again" }]);
  });

  test("that wait for one that fails are not run, and it is run again before them", () => {
    const { notebook, say, asked, states } = pageOf("a", "b", "c");
    notebook.run("c2");
    say({ kind: "end", cell: "c0" });
    say({ kind: "failure", cell: "c1", message: "Error: no" });
    expect(states()).toEqual(["done", "failed", "recorded"]);
    expect(notebook.states.c1.failure).toBe("Error: no");
    notebook.run("c2");
    expect(asked()).toEqual(["c0", "c1", "c1"]);
    expect(states()).toEqual(["done", "running", "waiting"]);
  });

  test("go on after an error that nobody waited for, which is told below the one that ran last", () => {
    const { notebook, worker, say, states } = pageOf("a", "b");
    notebook.run("c0");
    say({ kind: "end", cell: "c0" });
    for (const message of ["first", "second"]) say({ kind: "late", cell: "c0", message });
    expect(worker.terminate).not.toHaveBeenCalled();
    expect([...states(), notebook.states.c0.failure]).toEqual(["done", "recorded", "first\nsecond"]);
    notebook.run("c1");
    say({ kind: "late", cell: "c1", message: "meanwhile" });
    say({ kind: "failure", cell: "c1", message: "Error: no" });
    expect([...states(), notebook.states.c1.failure]).toEqual(["done", "failed", "meanwhile\nError: no"]);
  });

  test("are stopped with their worker, and begin anew", () => {
    const { notebook, worker, say, asked, states } = pageOf("a", "b");
    notebook.run("c1");
    say({ kind: "end", cell: "c0" });
    notebook.stop();
    expect(worker.terminate).toHaveBeenCalledOnce();
    expect(states()).toEqual(["done", "failed"]);
    notebook.run("c1");
    expect(asked()).toEqual(["c0", "c1", "c0"]);
  });

  test.each([
    ["did not load", ({ worker }: ReturnType<typeof pageOf>) => worker.onerror({ message: "" })],
    ["loaded nothing", ({ say }: ReturnType<typeof pageOf>) => say({ kind: "unusable", message: "Error: offline" })],
  ])("run in another worker after one that %s", (_, fail) => {
    const page = pageOf("a", "b");
    const { notebook, worker, newWorker, say, asked, states } = page;
    notebook.run("c0");
    say({ kind: "end", cell: "c0" });
    notebook.run("c1");
    fail(page);
    expect(worker.terminate).toHaveBeenCalledOnce();
    expect(notebook.states.c1.failure).toMatch(/could not be loaded|offline/);
    notebook.run("c1");
    expect(newWorker).toHaveBeenCalledTimes(2);
    expect(asked()).toEqual(["c0", "c1", "c0"]); // whose names went with the worker
    for (const cell of ["c0", "c1"]) say({ kind: "end", cell });
    expect(states()).toEqual(["done", "done"]);
  });

  test("hear nothing more of a worker that was ended", () => {
    const { notebook, say, states } = pageOf("a");
    notebook.run("c0");
    notebook.stop();
    say({ kind: "end", cell: "c0" });
    expect(states()).toEqual(["failed"]);
  });

  test("say how far they are: one that failed before does not stop those that run", () => {
    expect(progressOf(["recorded", "recorded"])).toBe("");
    expect(progressOf(["running", "waiting"])).toBe("loading TensorFlow.js and the kernels");
    expect(progressOf(["done", "failed", "recorded"])).toBe("stopped");
    expect(progressOf(["done", "failed", "running"])).toBe("1 of 3 cells have run");
  });
});
