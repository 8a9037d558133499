// Writes the kernels down as TypeScript sees them, from the functions that assembly/index.ts and assembly/inference.ts
// export: every argument by its name. So a signature stands in one place, at the kernel, and no caller can swap two
// pointers. What this file does not understand ends the build.
const { readFileSync } = require("node:fs");
const { basename, dirname, join } = require("node:path");
const ts = require("typescript");

/** How a parameter's type in AssemblyScript is declared, left out and handed over. */
const parameterTypes = {
  usize: { declared: ": Pointer" },
  Nullable: { declared: "?: Pointer", absent: 0 },
  i32: { declared: ": number" },
  f32: { declared: ": number" },
  bool: { declared: "?: boolean", handed: (name) => `${name} ? 1 : 0` },
};
const resultTypes = { void: "void", i32: "number", usize: "number", f64: "number" };

function parse(file) {
  const text = readFileSync(file, "utf8");
  return ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
}

function fail(node, problem, expected) {
  const source = node.getSourceFile();
  const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
  throw new Error(`${source.fileName}:${line}: ${problem}; expected ${expected}. See ${basename(__filename)}.`);
}

/** The functions that an entry exports, by name, in alphabetical order. */
function exportedFunctions(entry) {
  const functions = parse(entry).statements.flatMap((statement) => {
    const named =
      ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause);
    if (!named || !statement.moduleSpecifier)
      fail(statement, "not an export from a file", '`export { a, b } from "./c"`');
    const file = `${join(dirname(entry), statement.moduleSpecifier.text)}.ts`;
    const declared = new Map(
      parse(file).statements.flatMap((node) => (ts.isFunctionDeclaration(node) ? [[node.name.text, node]] : [])),
    );
    return statement.exportClause.elements.map((element) => {
      if (element.propertyName) fail(element, "a renamed export", "the function's own name");
      const found = declared.get(element.name.text);
      if (!found) fail(element, `${element.name.text} is not a function of ${file}`, "`export function` there");
      return signature(found);
    });
  });
  return functions.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function signature(node) {
  const name = node.name.text;
  if (node.typeParameters) fail(node, `${name} has type parameters`, "a kernel without");
  const result = resultTypes[node.type?.getText()];
  if (!result) fail(node, `${name} returns ${node.type?.getText()}`, Object.keys(resultTypes).join(", "));
  const parameters = node.parameters.map((parameter) => {
    const type = parameterTypes[parameter.type?.getText()];
    const plain = ts.isIdentifier(parameter.name) && !parameter.initializer && !parameter.dotDotDotToken;
    if (!plain || parameter.questionToken) fail(parameter, `\`${parameter.getText()}\` in ${name}`, "`name: type`");
    if (!type) {
      const types = Object.keys(parameterTypes).join(", ");
      fail(parameter, `\`${parameter.getText()}\` in ${name} has a type without a counterpart`, types);
    }
    return { name: parameter.name.text, ...type };
  });
  const [comment] = ts.getJSDocCommentsAndTags(node);
  return { name, parameters, result, comment: comment?.getText().replace(/\n +\*/g, "\n   *") };
}

function declaration({ name, parameters, result, comment }) {
  const members = parameters.map((parameter) => `    ${parameter.name}${parameter.declared};\n`).join("");
  const argument = parameters.length > 0 ? `args: {\n${members}  }` : "";
  return `${comment ? `  ${comment}\n` : ""}  ${name}(${argument}): ${result};\n`;
}

// A plain arrow function over plain arguments: V8 puts it into its caller, and the object is never made. The compiled
// function has a name that no argument can have.
function wrapper({ name, parameters }) {
  if (parameters.length === 0) return `    ${name}: () => $${name}(),\n`;
  const taken = parameters.map((p) => (p.absent === undefined ? p.name : `${p.name} = ${p.absent}`)).join(", ");
  const handed = parameters.map((p) => (p.handed ? p.handed(p.name) : p.name)).join(", ");
  return `    ${name}: ({ ${taken} }) => $${name}(${handed}),\n`;
}

const nameAll = (name, type, functions, rest = "") => `
export function ${name}(exports: Positional): ${type} {
  const { ${functions.map(({ name: own }) => `${own}: $${own}`).join(", ")} } = exports;
  return {
${rest}${functions.map(wrapper).join("")}  };
}
`;

/** @returns the TypeScript; the kernels of inference apart, so that a page carries no others */
function namedKernels(folder) {
  const [all, inference] = ["index.ts", "inference.ts"].map((entry) => exportedFunctions(join(folder, entry)));
  const known = new Set(inference.map(({ name }) => name));
  const training = all.filter(({ name }) => !known.has(name));
  const missing = [...known].find((name) => !all.some((own) => own.name === name));
  if (missing) throw new Error(`assembly/inference.ts exports ${missing}; expected nothing that index.ts has not.`);
  return `// Made by ${basename(__filename)} from what assembly/index.ts and inference.ts export; not committed.

/** A pointer into the memory the kernels work on, bytes; 0, or left out, is the null pointer. */
export type Pointer = number;

/** The exports of a compiled module, by position. */
export type Positional = Readonly<Record<string, (...args: number[]) => number>>;

/** The kernels of inference, which assembly/inference.ts exports: what the engine needs, and \`scalar.ts\` has as well. */
export interface InferenceKernels {
${inference.map(declaration).join("")}}

/** All kernels, which assembly/index.ts exports. */
export interface KernelModule extends InferenceKernels {
${training.map(declaration).join("")}}
${nameAll("nameInferenceKernels", "InferenceKernels", inference)}${nameAll("nameKernels", "KernelModule", training, "    ...nameInferenceKernels(exports),\n")}`;
}

module.exports = { namedKernels };
