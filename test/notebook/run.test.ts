import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { CancelledError } from "../../lib/base/errors";
import { readNotebook, sourceSha256, writeNotebook } from "../../lib/notebook/document";
import { Kernel } from "../../lib/notebook/kernel";
import { type RunNotebookOptions, runNotebook } from "../../lib/notebook/run";
import { notebookOf, outputsOf, temporaryFolder, writeFixture } from "./fixture";

let folder: string;
let shared: Kernel;
beforeAll(async () => {
  folder = temporaryFolder();
  shared = await Kernel.start(folder);
}, 120_000);
afterAll(async () => {
  await shared.shutdown();
  fs.rmSync(folder, { recursive: true });
});

/** As `runNotebook`, but in one kernel for all: most of a run is the start of its own. */
async function run(file: string, options?: RunNotebookOptions): ReturnType<typeof runNotebook> {
  const start = vi.spyOn(Kernel, "start").mockResolvedValue(shared);
  const shutdown = vi.spyOn(shared, "shutdown").mockResolvedValue();
  try {
    return await runNotebook(file, options);
  } finally {
    expect(start.mock.calls).toEqual([[folder]]);
    expect(shutdown).toHaveBeenCalledOnce();
    start.mockRestore();
    shutdown.mockRestore();
  }
}

/** Runs a notebook that must fail; returns the message, and makes sure that the file is as it was. */
async function failure(name: string, sources: string[], options?: RunNotebookOptions): Promise<Error> {
  const file = writeFixture(folder, name, ...sources);
  const before = fs.readFileSync(file, "utf8");
  const error = await run(file, options).then(
    () => new Error("it ran"),
    (reason: Error) => reason,
  );
  expect(fs.readFileSync(file, "utf8")).toBe(before);
  return error;
}

describe("running a notebook", { timeout: 120_000 }, () => {
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
    const { notebook, cells } = await run(file, { outPath, onCell: (cell, of) => seen.push(`${cell}/${of}`) });
    expect(cells).toBe(3);
    expect(seen).toEqual(["1/3", "2/3", "3/3"]);
    expect(outputsOf(notebook, 1)).toEqual([
      { output_type: "display_data", data: { "text/plain": "100%" }, metadata: {} },
      { output_type: "stream", name: "stdout", text: "start\n" },
    ]);
    expect(outputsOf(notebook, 2)).toEqual([{ output_type: "stream", name: "stdout", text: "2\n42\n" }]);
    expect(outputsOf(notebook, 4)).toMatchObject([{ text: `${path.basename(folder)}\n` }]);
    expect(notebook.sourceSha256).toBe(sourceSha256(notebook));
    expect(readNotebook(outPath).cells).toEqual(notebook.cells);
    expect(fs.readFileSync(file, "utf8")).toBe(before);
  });

  test("refuses a notebook of another language, by the name of its kernel", async () => {
    const file = path.join(folder, "python.ipynb");
    const metadata = { kernelspec: { name: "python3", display_name: "Python 3 (ipykernel)", language: "python" } };
    writeNotebook(file, { ...notebookOf("print(1)"), rest: { metadata, nbformat_minor: 5 } });
    await expect(runNotebook(file)).rejects.toThrow(
      /^python\.ipynb is written for the kernel Python 3 \(ipykernel\), /,
    );
  });

  test("says what the notebook read, with what a library read for it, and nothing that it had written before", async () => {
    const put = (name: string) => fs.writeFileSync(path.join(folder, name), "1");
    for (const name of ["beside.txt", "helper.ts", "listed.txt", "promised.txt"]) put(name);
    fs.writeFileSync(path.join(folder, "helper.ts"), "export const two: number = 2;");
    fs.writeFileSync(path.join(folder, "data.json"), "{}");
    const old = new Date(Date.now() - 60_000);
    for (const name of fs.readdirSync(folder)) fs.utimesSync(path.join(folder, name), old, old);
    const file = writeFixture(
      folder,
      "reads.ipynb",
      'import * as fs from "node:fs"; import { two } from "./helper"; const data = require("./data.json");',
      'fs.writeFileSync("own.txt", "1"); fs.readFileSync("own.txt"); fs.readdirSync("."); fs.existsSync("missing.txt");',
      'fs.createReadStream("beside.txt").resume(); await fs.promises.readFile("promised.txt"); two;',
    );
    const { reads } = await runNotebook(file, { outPath: path.join(folder, "out", "reads.ipynb") });
    const inFolder = Object.entries(reads!)
      .filter(([key]) => key.includes(folder))
      .map(([key, state]) => [key.replace(`:${folder}`, ":").replace(":/", ":"), state.slice(0, 6)]);
    const sha256 = expect.stringMatching(/^[0-9a-f]{6}$/);
    expect(Object.fromEntries(inFolder)).toMatchObject({
      "read:helper.ts": sha256,
      "read:data.json": sha256,
      "list:": sha256,
      "look:missing.txt": "ENOENT",
      "read:beside.txt": sha256,
      "read:promised.txt": sha256,
    });
    expect(JSON.stringify(reads)).not.toMatch(/own\.txt|node_modules/);
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

  test("does not overwrite a notebook that was edited meanwhile", async () => {
    const file = writeFixture(folder, "edited.ipynb", "1;");
    const edit = () => void writeFixture(folder, "edited.ipynb", "2;");
    await expect(run(file, { onCell: edit })).rejects.toThrow(/changed while it ran/);
    expect(readNotebook(file).cells[0]!.source).toBe("2;");
  });

  // The last one: an interrupt that comes between two cells ends the kernel, which the others share.
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
});
