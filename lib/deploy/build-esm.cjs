// Writes lib/dist/esm/: the engine and all it imports as ES modules, for browsers and bundlers. It runs after the
// compiler has checked the same files; here types are only left out. What the engine must not bring to a page, Node's
// modules or a package, ends the build.
const { mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { dirname, join, relative } = require("node:path");
const ts = require("typescript");

const library = join(__dirname, "..");
const out = join(library, "dist", "esm");
const compilerOptions = { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022 };

/** What a page gets instead. */
const inPages = {
  [join(library, "kernels", "wide")]: "./wide-in-pages",
  [join(library, "kernels", "inference-wide-wasm")]: "./inference-wasm",
};

/** The file's code as an ES module, and the files it imports. */
function translate(file) {
  const imports = [];
  const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), { fileName: file, compilerOptions });
  const code = outputText.replace(/(?<=^(?:import|export) [^"]*from )"([^"]+)"(?=;$)/gm, (_, path) => {
    if (!path.startsWith(".")) {
      throw new Error(`${file} imports "${path}", which the engine cannot take to a browser.`);
    }
    const taken = inPages[join(dirname(file), path)] ?? path;
    imports.push(`${join(dirname(file), taken)}.ts`);
    return `"${taken}.js"`; // browsers add no extension
  });
  return { code, imports };
}

const files = new Set([join(library, "engine.ts")]);
for (const file of files) {
  const { code, imports } = translate(file);
  const target = join(out, relative(library, file).replace(/\.ts$/, ".js"));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, code);
  for (const imported of imports) files.add(imported);
}
writeFileSync(join(out, "package.json"), `${JSON.stringify({ type: "module", sideEffects: false })}\n`);
