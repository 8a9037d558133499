import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ts from "typescript";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { embeddedKernels } from "../../lib/kernels/embedded";
import { instantiateInference, instantiateKernels } from "../../lib/kernels/module";
// @ts-expect-error: a part of the build, without types
import { namedKernels } from "../../lib/kernels/named-kernels.cjs";
import { readKernels } from "../../lib/kernels/read";
import { scalarKernels } from "../../lib/kernels/scalar";

const memory = new WebAssembly.Memory({ initial: 1 });
const exportsOf = (bytes: Uint8Array) =>
  WebAssembly.Module.exports(new WebAssembly.Module(bytes as BufferSource)).flatMap(({ name, kind }) =>
    kind === "function" ? [name] : [],
  );

test("every export has its name, and the three tiers of inference have the same", () => {
  expect(Object.keys(instantiateKernels(readKernels(), memory)).sort()).toEqual(exportsOf(readKernels()).sort());
  const forModule = new Set(["setWide"]); // which lib/kernels/module.ts calls, and nobody else
  const inference = Object.keys(instantiateInference(embeddedKernels(), memory)).sort();
  expect(inference).toEqual(
    exportsOf(embeddedKernels())
      .filter((name) => !forModule.has(name))
      .sort(),
  );
  expect(Object.keys(scalarKernels(memory)).sort()).toEqual(inference);
});

describe("a folder of kernels", () => {
  let folder = "";
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "binvit-kernels-"));
    write("index.ts", 'export { scale, count } from "./scale";\n');
    write("inference.ts", 'export { count } from "./scale";\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("is called by names: every argument reaches its place, and what is left out is 0", () => {
    write(
      "scale.ts",
      `/** y = x · by */
       export function scale(x: usize, y: usize, by: f32, shift: Nullable, twice: bool): void {}
       export function count(): i32 { return 1; }
       function unseen(odd: string): void {}`,
    );
    const code: string = namedKernels(folder);
    expect(code).toContain("/** y = x · by */\n  scale(args: {");
    expect(code).toContain("shift?: Pointer;\n    twice?: boolean;\n  }): void;");
    const module = { exports: {} as Record<string, (exports: object) => Record<string, (args?: object) => unknown>> };
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
    new Function("exports", ts.transpileModule(code, { compilerOptions }).outputText)(module.exports);
    const calls: unknown[][] = [];
    const record = (...args: unknown[]) => calls.push(args);
    const kernels = module.exports.nameKernels({ scale: record, count: record });
    kernels.scale({ twice: true, shift: 4, by: 3, y: 2, x: 1 });
    kernels.scale({ by: 3, y: 2, x: 1 });
    kernels.count();
    expect(calls).toEqual([[1, 2, 3, 4, 1], [1, 2, 3, 0, 0], []]);
    expect(Object.keys(module.exports.nameInferenceKernels({ count: record }))).toEqual(["count"]);
  });

  test.each([
    ["(x: string): void", "`x: string` in scale has a type without a counterpart; expected usize, Nullable"],
    ["(x): void", "`x` in scale has a type without a counterpart"],
    ["(x: i32 = 1): void", "`x: i32 = 1` in scale; expected `name: type`"],
    ["(x: i32): v128", "scale returns v128; expected void, i32"],
    ["<T>(x: i32): void", "scale has type parameters"],
  ])("scale%s ends the build with file, line and what was expected", (signature, message) => {
    write("scale.ts", `\nexport function scale${signature} {}\nexport function count(): i32 { return 1; }`);
    expect(() => namedKernels(folder)).toThrow("scale.ts:2: ");
    expect(() => namedKernels(folder)).toThrow(message);
  });

  test.each([
    ["index.ts", 'export { missing } from "./scale";', "missing is not a function of"],
    ["index.ts", 'export { count as many } from "./scale";', "a renamed export"],
    ["index.ts", 'export * from "./scale";', "not an export from a file"],
    ["index.ts", 'export { scale } from "./scale";', "inference.ts exports count"],
  ])("%s with `%s` ends the build", (name, text, message) => {
    write("scale.ts", "export function scale(x: i32): void {}\nexport function count(): i32 { return 1; }");
    write(name, text);
    expect(() => namedKernels(folder)).toThrow(message);
  });
});
