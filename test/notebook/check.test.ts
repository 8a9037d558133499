import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkNotebook } from "../../lib/notebook/check";
import { withOutputs, writeNotebook } from "../../lib/notebook/document";
import { notebookName } from "../../lib/notebook/find";
import type { Output } from "../../lib/notebook/nbformat";
import { notebookOf, temporaryFolder } from "./fixture";

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const picture: Output = { output_type: "display_data", data: { "image/png": "aGk=" }, metadata: {} };
const stderr: Output = { output_type: "stream", name: "stderr", text: "no" };

/** Checks a notebook whose last cell has the outputs given. */
function check(sources: string[], outputs: Output[] = [], name = "a.ipynb"): string[] {
  const file = path.join(folder, name);
  writeNotebook(file, withOutputs(notebookOf(...sources), new Map([[`c${sources.length}`, outputs]])));
  return checkNotebook(file);
}

test("a notebook in order has no problems", () => {
  expect(check(["# Title", "1;", "## Result", "show(figure);"], [picture])).toEqual([]);
});

test("a notebook that never ran, or whose code changed since, says how to run it", () => {
  const file = path.join(folder, "a.ipynb");
  const ran = withOutputs(notebookOf("# Title", "1;"), new Map());
  writeNotebook(file, { ...ran, sourceSha256: undefined });
  expect(checkNotebook(file)).toEqual([`never ran: run npx binvit notebooks run ${notebookName(file)}`]);
  writeNotebook(file, { ...notebookOf("# Title", "2;"), sourceSha256: ran.sourceSha256 });
  expect(checkNotebook(file)).toEqual([`outputs are stale: run npx binvit notebooks run ${notebookName(file)}`]);
});

test("each rule is enforced", () => {
  expect(check(["1;", "2;"])).toEqual(["the first cell is not a title (# …)"]);
  expect(check(["# Title", "1;"], [stderr])).toEqual(["code cell 1 shows an error"]);
  expect(check(["# Title", "1;\n".repeat(40)])).toEqual([]);
  expect(check(["# Title", "1;\n".repeat(41)])).toEqual(["code cell 1 has 41 lines, at most 40 fit a projector"]);
  expect(check(["# Title", "## Result", "show(figure);"])).toEqual([
    'section "Result" calls show() but holds no picture (image/png)',
  ]);
  const large: Output = { output_type: "stream", name: "stdout", text: "x".repeat(420_000) };
  expect(check(["# Title", "1;"], [large])[0]).toMatch(/^41\d KB, at most 400/);
});

test("exercises need solutions, and a link to them; solutions do not", () => {
  const sources = ["# Title", "## Exercises", "1;"];
  expect(check(sources)).toEqual(["has exercises, but there is no solutions/a.ipynb"]);
  expect(check(sources, [], "solutions/a.ipynb")).toEqual([]);
  expect(check(sources)).toEqual(["has exercises, but does not link solutions/a.ipynb"]);
  expect(check([...sources, "# [Solutions](solutions/a.ipynb)"])).toEqual([]);
});

test("execution counts and files that are no notebooks are found", () => {
  const file = path.join(folder, "a.ipynb");
  check(["# Title", "1;"]);
  fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace('"execution_count": null', '"execution_count": 3'));
  expect(checkNotebook(file)).toHaveLength(1);
  expect(checkNotebook(file)[0]).toContain("execution counts");
  expect(checkNotebook(file)[0]).toContain(`run npx binvit notebooks run --force ${notebookName(file)} or npx`);
  fs.writeFileSync(file, "[]");
  expect(checkNotebook(file)[0]).toMatch(/a\.ipynb is not a valid nbformat 4 notebook/);
});

test("a notebook of another language is not judged", () => {
  const file = path.join(folder, "python.ipynb");
  const rest = { metadata: { kernelspec: { name: "python3", display_name: "Python 3" } }, nbformat_minor: 5 };
  writeNotebook(file, { ...notebookOf("1;"), rest });
  expect(checkNotebook(file)).toEqual([]);
});
