import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FileError, NotebookError } from "../../lib/base/errors";
import { cleanNotebook, readNotebook, sourceSha256, withOutputs, writeNotebook } from "../../lib/notebook/document";
import { foreignKernel } from "../../lib/notebook/foreign-kernel";
import { formatNotebook, type Output, parseNotebook } from "../../lib/notebook/nbformat";
import { notebookOf, outputsOf, temporaryFolder } from "./fixture";

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** As an editor may leave it: counts, editor state, no ids, an old minor version. */
const untidy = {
  nbformat: 4,
  nbformat_minor: 4,
  metadata: { kernelspec: { name: "other" }, vscode: { a: 1 } },
  cells: [
    { cell_type: "markdown", metadata: { collapsed: true }, source: ["# Title\n", "text"] },
    {
      cell_type: "code",
      execution_count: 7,
      metadata: { tags: ["long"], execution: { started: "now" } },
      source: "const a = 1;\na",
      outputs: [
        { output_type: "stream", name: "stdout", text: ["1\n", "2"] },
        {
          output_type: "execute_result",
          execution_count: 7,
          metadata: {},
          data: { "text/plain": ["1"], "image/png": "aGk=" },
        },
      ],
    },
  ],
};

test("a notebook is written in one layout, without counts and times of a run", () => {
  const text = formatNotebook(parseNotebook(JSON.stringify(untidy), "untidy"));
  expect(text).toContain('{\n "cells": [\n  {\n   "cell_type": "markdown",\n   "metadata": {');
  expect(text).toContain('"source": [\n    "# Title\\n",\n    "text"\n   ]');
  expect(text).toContain('"image/png": "aGk="');
  expect(text).toMatch(/"nbformat_minor": 4\n\}\n$/);
  expect(text).not.toMatch(/started|: 7|"id"/);
  expect(JSON.parse(text).cells[1]).toMatchObject({ execution_count: null, metadata: { tags: ["long"] } });
  expect(formatNotebook(parseNotebook(text, "again"))).toBe(text);
});

test("a notebook that names no kernel gets this kit's", () => {
  const { metadata, nbformat_minor } = JSON.parse(formatNotebook(notebookOf("1;")));
  expect(metadata.kernelspec).toEqual({ name: "tslab", display_name: "TypeScript", language: "typescript" });
  expect(nbformat_minor).toBe(5);
});

/** What other programs put into notebooks; a key of their own at every level. */
const rich = {
  nbformat: 4,
  nbformat_minor: 5,
  own: { top: [1, null] },
  metadata: {
    kernelspec: { name: "python3", display_name: "Python 3", language: "python", env: {} },
    language_info: { name: "python", version: "3.11.2" },
    celltoolbar: "Slideshow",
    widgets: { "application/vnd.jupyter.widget-state+json": { state: {} } },
    binvit: { note: "mine" },
  },
  cells: [
    {
      cell_type: "markdown",
      id: "m",
      metadata: { slideshow: { slide_type: "slide" }, tags: ["a"], execution: { kept: true } },
      attachments: { "a.png": { "image/png": "aGk=" } },
      source: ["![](attachment:a.png)"],
      own: 1,
    },
    { cell_type: "raw", id: "r", metadata: { format: "text/latex", raw_mimetype: "text/latex" }, source: [] },
    {
      cell_type: "code",
      id: "c",
      execution_count: null,
      metadata: { collapsed: false, jupyter: { source_hidden: true }, vscode: { languageId: "python" } },
      own: { deep: [true] },
      outputs: [
        {
          output_type: "display_data",
          data: { "application/json": ["a", "b"], "application/x+json": 3, "text/html": ["<b>\n", "</b>"] },
          metadata: { "image/png": { width: 3 } },
          own: 2,
        },
      ],
      source: ["print(1)"],
    },
  ],
};

test("what is not ours to change is kept: slides, attachments, raw cells, kernels, keys of others at every level", () => {
  const read = parseNotebook(JSON.stringify(rich), "rich");
  expect(JSON.parse(formatNotebook(read))).toEqual(rich);
  const cleaned = JSON.parse(formatNotebook(cleanNotebook(read)));
  expect(cleaned).toEqual({ ...rich, cells: rich.cells.map((c) => (c.id === "c" ? { ...c, outputs: [] } : c)) });
  const { binvit, ...metadata } = JSON.parse(formatNotebook(withOutputs(read, new Map()))).metadata;
  expect(binvit).toEqual({ note: "mine", sourceSha256: sourceSha256(read) });
  expect({ ...metadata, binvit: { note: "mine" } }).toEqual(rich.metadata);
});

test("a kernel of another language is told by its name, or by its language alone", () => {
  const kernel = (metadata: object) =>
    foreignKernel(parseNotebook(JSON.stringify({ nbformat: 4, nbformat_minor: 2, metadata, cells: [] }), "x"));
  expect(kernel(rich.metadata)).toBe("Python 3");
  expect(kernel({ kernelspec: { name: "ir" } })).toBe("ir");
  expect(kernel({ kernelspec: { name: "jslab", display_name: "JavaScript", language: "javascript" } })).toBe(
    "JavaScript",
  );
  expect(kernel({ language_info: { name: "julia" } })).toBe("julia");
  const ours = [{}, { kernelspec: { name: "tslab" } }, { kernelspec: { name: "mine", language: "TypeScript" } }];
  expect(ours.map(kernel)).toEqual([undefined, undefined, undefined]);
});

test("cells without an id, with a malformed one or with another's get one, always the same", () => {
  const code = { cell_type: "code", execution_count: null, metadata: {}, outputs: [], source: "1;" };
  const ids = [undefined, "a", "a", "b c", 7, "x".repeat(65), "last"];
  const json = JSON.stringify({ ...rich, cells: ids.map((id) => ({ ...code, id })) });
  const read = () => parseNotebook(json, "x").cells.map((cell) => cell.id);
  expect(read()[1]).toBe("a");
  expect(read()[6]).toBe("last");
  expect(new Set(read()).size).toBe(7);
  for (const id of read()) expect(id).toMatch(/^[\w-]{1,64}$/);
  expect(read()).toEqual(read());
  const written = JSON.parse(formatNotebook(parseNotebook(json, "x")));
  expect(written.cells.map((cell: { id: string }) => cell.id)).toEqual(read());
});

test("cells that leave out what nbformat asks for are read all the same", () => {
  const bare = { nbformat: 4, nbformat_minor: 0, metadata: {}, cells: [{ cell_type: "code", source: "1;" }] };
  expect(outputsOf(parseNotebook(JSON.stringify(bare), "bare"), 1)).toEqual([]);
});

test("outputs and the hash of their code survive a file", () => {
  const output: Output = { output_type: "display_data", data: { "text/html": "<b>\n</b>\n" }, metadata: {} };
  const notebook = withOutputs(notebookOf("# Title", "1;"), new Map([["c2", [output]]]));
  const file = path.join(folder, "new", "a.ipynb");
  writeNotebook(file, notebook);
  const read = readNotebook(file);
  expect(read.cells).toEqual(notebook.cells);
  expect(read.sourceSha256).toBe(sourceSha256(read));
  expect(fs.readdirSync(path.dirname(file))).toEqual(["a.ipynb"]);
  const cleaned = cleanNotebook(read);
  expect(outputsOf(cleaned, 1)).toEqual([]);
  expect(cleaned.sourceSha256).toBeUndefined();
});

test("the hash covers code, not prose or empty cells", () => {
  const hash = sourceSha256(notebookOf("# Title", "1;", " "));
  expect(sourceSha256(notebookOf("# Other title", "1;"))).toBe(hash);
  expect(sourceSha256(notebookOf("# Title", "1; "))).not.toBe(hash);
  expect(sourceSha256(notebookOf("1", ";"))).not.toBe(sourceSha256(notebookOf("1;")));
});

test("what is no notebook is refused with the place where it goes wrong", () => {
  const refuse = (data: unknown) => () => parseNotebook(JSON.stringify(data), "x.ipynb");
  expect(() => parseNotebook("{", "x.ipynb")).toThrow(/x\.ipynb is not a notebook/);
  expect(refuse({ ...untidy, nbformat: 3 })).toThrow(/x\.ipynb has nbformat 3, and nbformat 4 was expected: open it/);
  expect(refuse({ ...untidy, cells: [{ ...untidy.cells[0], source: 1 }] })).toThrow(/at cells\.0\.source: /);
  expect(refuse([])).toThrow(NotebookError);
  expect(refuse(null)).toThrow(NotebookError);
  expect(() => readNotebook(path.join(folder, "missing.ipynb"))).toThrow(FileError);
});
