import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CancelledError } from "../../lib/errors";
import { readNotebook, sourceSha256 } from "../../lib/notebook/document";
import { type RunNotebookOptions, runNotebook } from "../../lib/notebook/run";
import { outputsOf, temporaryFolder, writeFixture } from "./fixture";

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Runs a notebook that must fail; returns the message, and makes sure that the file is as it was. */
async function failure(name: string, sources: string[], options?: RunNotebookOptions): Promise<Error> {
  const file = writeFixture(folder, name, ...sources);
  const before = fs.readFileSync(file, "utf8");
  const error = await runNotebook(file, options).then(
    () => new Error("it ran"),
    (reason: Error) => reason,
  );
  expect(fs.readFileSync(file, "utf8")).toBe(before);
  return error;
}

describe("running a notebook", { timeout: 30_000 }, () => {
  test("stores every cell's outputs, in order", async () => {
    const file = writeFixture(
      folder,
      "good.ipynb",
      "# Good",
      'const live = require("tslab").newDisplay(); live.text("0%"); console.log("start");',
      'live.text("100%"); process.stdout.write("1\\r2\\n"); await new Promise((done) => setTimeout(done, 20)); 6 * 7',
      "",
      'console.log(require("node:path").basename(process.cwd()));',
    );
    const before = fs.readFileSync(file, "utf8");
    const outPath = path.join(folder, "out", "good.ipynb");
    const seen: string[] = [];
    const { notebook, cells } = await runNotebook(file, { outPath, onCell: (cell, of) => seen.push(`${cell}/${of}`) });
    expect(cells).toBe(3);
    expect(seen).toEqual(["1/3", "2/3", "3/3"]);
    expect(outputsOf(notebook, 1)).toEqual([
      { output_type: "display_data", data: { "text/plain": "100%" }, metadata: {} },
      { output_type: "stream", name: "stdout", text: "start\n" },
    ]);
    expect(outputsOf(notebook, 2)).toEqual([{ output_type: "stream", name: "stdout", text: "2\n42\n" }]);
    expect(outputsOf(notebook, 4)).toMatchObject([{ text: `${path.basename(folder)}\n` }]);
    expect(notebook.sourceSha256).toBe(sourceSha256(notebook));
    expect(readNotebook(outPath)).toEqual(notebook);
    expect(fs.readFileSync(file, "utf8")).toBe(before);
  });

  test("names the cell that threw, and runs none after it", async () => {
    const marker = path.join(folder, "ran-on");
    const write = `require("node:fs").writeFileSync(${JSON.stringify(marker)}, "")`;
    const error = await failure("throws.ipynb", ["1;", "const n = 3;\nthrow new RangeError('n is ' + n);", write]);
    expect(error.message).toBe("throws.ipynb, code cell 2 of 3 (const n = 3;): RangeError: n is 3");
    expect(fs.existsSync(marker)).toBe(false);
  });

  test("tells a type error in the compiler's words", async () => {
    const error = await failure("types.ipynb", ['const n: number = "one";']);
    expect(error.message).toMatch(/code cell 1 of 1 .*: 1:7 - Type 'string' is not assignable to type 'number'\.$/);
  });

  test("takes an error of code left running for a failure of the cell that runs then", async () => {
    const later = 'setTimeout(() => { throw new Error("too late"); }, 10);';
    const wait = "await new Promise((done) => setTimeout(done, 100));";
    expect((await failure("later.ipynb", [later, wait])).message).toMatch(/UncaughtException: Error: too late/);
  });

  test("ends at the time limit and when it is stopped", async () => {
    const forever = ["for (;;) {}"];
    expect((await failure("slow.ipynb", forever, { timeoutSeconds: 0.2 })).message).toMatch(
      /not finished within 0.2 s/,
    );
    const controller = new AbortController();
    const stopped = await failure("stop.ipynb", forever, {
      signal: controller.signal,
      onCell: () => setImmediate(() => controller.abort()),
    });
    expect(stopped).toBeInstanceOf(CancelledError);
  });

  test("does not overwrite a notebook that was edited meanwhile", async () => {
    const file = writeFixture(folder, "edited.ipynb", "1;");
    const edit = () => void writeFixture(folder, "edited.ipynb", "2;");
    await expect(runNotebook(file, { onCell: edit })).rejects.toThrow(/changed while it ran/);
    expect(readNotebook(file).cells[0]!.source).toBe("2;");
  });
});
