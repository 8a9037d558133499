import ts from "typescript";
import { lastValue, shareNames } from "./share-names";

const compilerOptions: ts.CompilerOptions = {
  module: ts.ModuleKind.CommonJS,
  target: ts.ScriptTarget.ES2022,
  esModuleInterop: true,
  // Without it, names that are exported from a pattern are taken by index, which a generator has not.
  downlevelIteration: true,
};

/** What cells have in common: the names that they declared so far. */
export type Scope = Record<string, unknown>;

/** What a cell can import, by the name of the module. */
export type Require = (module: string) => unknown;

/**
 * Runs a cell. Its top level may wait; its names are in the scope afterwards, those of its types are not checked.
 *
 * @param source - TypeScript
 * @param scope - the names of the cells before
 * @returns the value of its last line, undefined if that is no expression
 * @throws SyntaxError with the line if it cannot be read; whatever the cell throws
 */
export async function runCell(source: string, scope: Scope, require: Require): Promise<unknown> {
  const { outputText, diagnostics = [] } = ts.transpileModule(shareNames(source), {
    compilerOptions,
    reportDiagnostics: true,
  });
  if (diagnostics.length > 0) throw new SyntaxError(described(diagnostics[0]));
  // `with` finds the names of other cells in the scope, also what they are later; strict code may not say it.
  const body = `with (scope) { return (async () => { ${outputText.replace('"use strict";', "")}\n})(); }`;
  scope[lastValue] = undefined;
  await new Function("scope", "exports", "require", body)(scope, scope, require);
  return scope[lastValue];
}

function described({ messageText, file, start }: ts.Diagnostic): string {
  const message = ts.flattenDiagnosticMessageText(messageText, "\n");
  if (!file || start === undefined) return message;
  return `line ${file.getLineAndCharacterOfPosition(start).line + 1}: ${message}`;
}
