// Writes lib/dist/esm/: what a page can use (the engine, and training) and all it imports, as ES modules for browsers and
// bundlers. It runs after the compiler has checked the same files; here types are only left out. What must not come to
// a page, Node's modules or a package that is not named here, ends the build.
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { dirname, join, relative } = require("node:path");
const ts = require("typescript");

const library = join(__dirname, "..");
const out = join(library, "dist", "esm");
const compilerOptions = { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022 };

/** The faces, and the packages each may bring: the engine none, so that a page can take it as it is. */
const faces = { engine: [], training: ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm", "zod"] };

/** `x-in-pages.ts` takes the place of `x.ts`; and the engine's kernels of 256 bits, which no page has, stay out. */
function inPages(path) {
  if (path === join(library, "kernels", "inference-wide-wasm")) return join(library, "kernels", "inference-wasm");
  return existsSync(`${path}-in-pages.ts`) ? `${path}-in-pages` : path;
}

/** The file's code as an ES module, and the files it imports. */
function translate(file, packages) {
  const imports = [];
  const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), { fileName: file, compilerOptions });
  const code = outputText.replace(/(?<=^(?:import|export) [^"]*from )"([^"]+)"(?=;$)/gm, (quoted, path) => {
    if (packages.includes(path)) return quoted;
    if (!path.startsWith(".")) throw new Error(`${file} imports "${path}", which must not come to a page.`);
    const named = join(dirname(file), path);
    const taken = inPages(existsSync(`${named}.ts`) ? named : join(named, "index"));
    imports.push(`${taken}.ts`);
    const from = relative(dirname(file), taken).replaceAll("\\", "/");
    return `"${from.startsWith(".") ? from : `./${from}`}.js"`; // browsers add no extension
  });
  return { code, imports };
}

const written = new Set();
for (const [face, packages] of Object.entries(faces)) {
  const files = new Set([join(library, `${face}.ts`)]);
  for (const file of files) {
    const { code, imports } = translate(file, packages);
    for (const imported of imports) files.add(imported);
    const target = join(out, relative(library, file).replace(/\.ts$/, ".js"));
    if (written.has(target)) continue;
    written.add(target);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
}
writeFileSync(join(out, "package.json"), `${JSON.stringify({ type: "module", sideEffects: false })}\n`);
