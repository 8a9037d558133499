import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FileError, NotebookError } from "../../lib/errors";
import { cleanNotebook, readNotebook, sourceSha256, withOutputs, writeNotebook } from "../../lib/notebook/document";
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

test("a notebook is written in one layout, without counts and editor state", () => {
  const text = formatNotebook(parseNotebook(JSON.stringify(untidy), "untidy"));
  expect(text).toContain('{\n "cells": [\n  {\n   "cell_type": "markdown",\n   "id": "cell-1",\n');
  expect(text).toContain('"source": [\n    "# Title\\n",\n    "text"\n   ]');
  expect(text).toContain('"image/png": "aGk="');
  expect(text).toMatch(/"nbformat_minor": 5\n\}\n$/);
  expect(text).not.toMatch(/collapsed|vscode|started|: 7/);
  const file = JSON.parse(text);
  expect(file.metadata.kernelspec).toEqual({ name: "tslab", display_name: "TypeScript", language: "typescript" });
  expect(file.cells[1]).toMatchObject({ execution_count: null, metadata: { tags: ["long"] } });
  expect(formatNotebook(parseNotebook(text, "again"))).toBe(text);
});

test("outputs and the hash of their code survive a file", () => {
  const output: Output = { output_type: "display_data", data: { "text/html": "<b>\n</b>\n" }, metadata: {} };
  const notebook = withOutputs(notebookOf("# Title", "1;"), new Map([["c2", [output]]]));
  const file = path.join(folder, "new", "a.ipynb");
  writeNotebook(file, notebook);
  const read = readNotebook(file);
  expect(read).toEqual(notebook);
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
  expect(refuse({ ...untidy, nbformat: 3 })).toThrow(/at nbformat: /);
  expect(refuse({ ...untidy, cells: [{ ...untidy.cells[0], source: 1 }] })).toThrow(/at cells\.0\.source: /);
  const twice = { ...untidy.cells[0], id: "same" };
  expect(refuse({ ...untidy, cells: [twice, twice] })).toThrow(/two cells with the id same/);
  expect(refuse({ ...untidy, cells: [{ ...twice, id: "no spaces" }] })).toThrow(NotebookError);
  expect(() => readNotebook(path.join(folder, "missing.ipynb"))).toThrow(FileError);
});
