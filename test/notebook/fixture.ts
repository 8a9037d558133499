import * as fs from "node:fs";
import * as path from "node:path";
import ts from "typescript";
import { kitRoot } from "../../lib/base/kit-root";
import { writeNotebook } from "../../lib/notebook/document";
import type { Cell, CodeCell, Notebook } from "../../lib/notebook/nbformat";

/** A folder inside the kit, where cells reach node_modules; remove it when done. */
export function temporaryFolder(): string {
  const runs = path.join(kitRoot(), "runs");
  fs.mkdirSync(runs, { recursive: true });
  return fs.mkdtempSync(path.join(runs, "test-notebook-"));
}

/** A notebook of code cells; a source that starts with `#` is prose. */
export function notebookOf(...sources: string[]): Notebook {
  const cells = sources.map((source, index): Cell => {
    const cell = { id: `c${index + 1}`, metadata: {}, source };
    return source.startsWith("#") ? { ...cell, cell_type: "markdown" } : { ...cell, cell_type: "code", outputs: [] };
  });
  return { cells };
}

/** Writes a notebook and returns its path. */
export function writeFixture(folder: string, name: string, ...sources: string[]): string {
  const file = path.join(folder, name);
  writeNotebook(file, notebookOf(...sources));
  return file;
}

/** Outputs of the n-th code cell, from 1. */
export function outputsOf(notebook: Notebook, n: number): CodeCell["outputs"] {
  return notebook.cells.filter((cell): cell is CodeCell => cell.cell_type === "code")[n - 1]!.outputs;
}

/** Compiles library files as they stand now, and what they import, into a folder, for cells to require as `./lib/…`. */
export function compileLibrary(folder: string, ...files: string[]): void {
  const waiting = new Set(files);
  for (const file of waiting) {
    const source = fs.readFileSync(path.join(kitRoot(), "lib", file), "utf8");
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
    const target = path.join(folder, "lib", file.replace(/\.ts$/, ".js"));
    fs.mkdirSync(path.dirname(target), { recursive: true });
    const { outputText } = ts.transpileModule(source, { compilerOptions });
    fs.writeFileSync(target, outputText);
    for (const [, name] of outputText.matchAll(/require\("(\.[^"]+)"\)/g)) {
      waiting.add(path.posix.join(path.posix.dirname(file), `${name}.ts`)); // a set goes on to what is added to it
    }
  }
}
