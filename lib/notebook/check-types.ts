import { basename, dirname, join } from "node:path";
import type * as TypeScript from "typescript";
import { BinvitError } from "../base/errors";
import { kitRoot } from "../base/kit-root";
import { codeCells, readNotebook } from "./document";
import { isSolution } from "./find";
import { foreignKernel } from "./foreign-kernel";
import type { Notebook } from "./nbformat";

/** A notebook's cells as one file of TypeScript, beside it so that its imports are found. */
interface Source {
  readonly notebook: string;
  readonly text: string;
  /** The line, from 0, on which each code cell begins. */
  readonly starts: readonly number[];
}

/**
 * Checks the types of notebooks' cells without running them, as the kernel would: not strictly, cells one after the other.
 *
 * @param files - paths of .ipynb files; those of other kernels, and what is no notebook, are left out
 * @returns by path, what is wrong, a sentence each; a notebook that is all right has an empty list
 */
export function checkTypes(files: readonly string[]): Map<string, string[]> {
  const ts = require("typescript") as typeof TypeScript;
  const sources = new Map(files.flatMap(sourceOf));
  const options: TypeScript.CompilerOptions = {
    ...{ noEmit: true, strict: false, skipLibCheck: true, esModuleInterop: true, resolveJsonModule: true },
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext, // of which top-level await is a part
    moduleResolution: ts.ModuleResolutionKind.NodeJs,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
    types: ["node"],
    typeRoots: [join(kitRoot(), "node_modules", "@types")],
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => sources.has(name) || fileExists(name);
  host.readFile = (name) => sources.get(name)?.text ?? readFile(name);
  host.getSourceFile = (name, version, ...rest) => {
    const own = sources.get(name);
    return own ? ts.createSourceFile(name, own.text, version) : getSourceFile(name, version, ...rest);
  };
  const program = ts.createProgram([...sources.keys()], options, host);
  const found = new Map(files.map((file): [string, string[]] => [file, []]));
  for (const [name, { notebook, starts }] of sources) {
    const file = program.getSourceFile(name);
    for (const { start = 0, messageText } of [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]) {
      const { line } = file!.getLineAndCharacterOfPosition(start);
      const cell = starts.filter((from) => from <= line).length;
      const [what] = ts.flattenDiagnosticMessageText(messageText, "\n").split("\n");
      found.get(notebook)!.push(`code cell ${cell}, line ${line - starts[cell - 1] + 1}: ${what}`);
    }
  }
  return found;
}

function sourceOf(notebook: string): [string, Source][] {
  let read: Notebook;
  try {
    read = readNotebook(notebook);
  } catch (error) {
    if (error instanceof BinvitError) return []; // which checkNotebook names
    throw error;
  }
  if (foreignKernel(read)) return [];
  const starts: number[] = [];
  let text = "";
  for (const { source } of codeCells(read)) {
    starts.push(text.split("\n").length - 1);
    text += `${source}\n`;
  }
  const name = `.${basename(notebook, ".ipynb")}${isSolution(notebook) ? "-solutions" : ""}.cells.ts`;
  return [[join(dirname(notebook), name).replaceAll("\\", "/"), { notebook, text: `${text}export {};\n`, starts }]];
}
