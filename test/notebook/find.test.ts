import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { UsageError } from "../../lib/base/errors";
import { kitRoot } from "../../lib/base/kit-root";
import { copiesIn, findNotebooks, notebookName } from "../../lib/notebook/find";
import { temporaryFolder, writeFixture } from "./fixture";

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const lessons = path.join(kitRoot(), "notebooks");

test("every notebook is found by the name that messages call it", () => {
  const outside = writeFixture(folder, "a b.ipynb", "# A");
  const files = [...findNotebooks(), outside];
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) expect(findNotebooks([notebookName(file)])).toContain(file);
});

test("a number or a bare name also means the solutions; a name with its folder, a path and a file name do not", () => {
  const [lesson, solutions] = ["", "solutions"].map((place) => path.join(lessons, place, "03-scaling-factors.ipynb"));
  for (const name of ["03", "03-scaling-factors"]) expect(findNotebooks([name])).toEqual([lesson, solutions]);
  for (const name of ["solutions/03", "solutions/03-scaling-factors", "solutions/03-scaling-factors.ipynb"]) {
    expect(findNotebooks([name])).toEqual([solutions]);
  }
  expect(findNotebooks([lesson, lesson])).toEqual([lesson]);
  expect(() => findNotebooks(["no-such-notebook"])).toThrow(/no notebook is called no-such-notebook/);
});

test("copies keep the folders of their originals, so that none takes another's place", () => {
  const [a, b] = ["a", "b"].map((name) => path.join(folder, name, "x.ipynb"));
  const inFolder = (file: string) => path.join(folder, "out", file);
  expect([...copiesIn([a, b], inFolder("")).values()]).toEqual([inFolder("a/x.ipynb"), inFolder("b/x.ipynb")]);
  expect([...copiesIn([a], inFolder("")).values()]).toEqual([inFolder("x.ipynb")]);
  const copies = [...copiesIn(findNotebooks(["solutions/01"]), inFolder("")).values()];
  expect(copies).toEqual([inFolder("solutions/01-vision-transformer.ipynb")]);
  const mixed = [...findNotebooks(["01"]), a];
  expect(new Set(copiesIn(mixed, inFolder("")).values()).size).toBe(3);
});

test("a folder for copies in which an original would be overwritten is refused", () => {
  const a = path.join(folder, "a", "x.ipynb");
  const deeper = path.join(folder, "a", "b", "x.ipynb");
  expect(() => copiesIn([a], path.dirname(a))).toThrow(UsageError);
  expect(() => copiesIn([a, deeper], path.dirname(deeper))).toThrow(/would overwrite .*b.x\.ipynb/);
});
