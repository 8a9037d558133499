// Writes lib/dist/esm/: what a page can use and all it imports, as ES modules for browsers and bundlers: the engine,
// training, and for cells whatever the kit exports that needs neither files nor Node. It runs after the compiler has
// checked the same files; here types are only left out. What must not come to a page, Node's modules or a package that
// is not named here, ends the build.
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require("node:fs");
const { dirname, join, relative } = require("node:path");
const ts = require("typescript");

const library = join(__dirname, "..");
const out = join(library, "dist", "esm");
const compilerOptions = { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022 };

/** The faces, and the packages each may bring: the engine none, so that a page can take it as it is. */
const trainingPackages = ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm", "zod"];
const faces = { engine: [], training: trainingPackages, cells: trainingPackages };

/** The kit's own index, of which pages get what they can have. */
const index = join(library, "index.ts");

/** Where a module is named: after `from`, or in a call of `import`. */
const named = /(?<=^(?:import|export) [^"]*from |\bimport\()"([^"]+)"/gm;

const relativeTo = (file) => relative(library, file).replaceAll("\\", "/");

/** `x-in-pages.ts` takes the place of `x.ts`; and the engine's kernels of 256 bits, which no page has, stay out. */
function inPages(path) {
  if (path === join(library, "kernels", "inference-wide-wasm")) return join(library, "kernels", "inference-wasm");
  return existsSync(`${path}-in-pages.ts`) ? `${path}-in-pages` : path;
}

/** The file that a file means by a path. */
function fileOf(file, path) {
  const meant = join(dirname(file), path);
  return `${inPages(existsSync(`${meant}.ts`) ? meant : join(meant, "index"))}.ts`;
}

const javascript = new Map();

/** A file without its types. */
function withoutTypes(file) {
  if (!javascript.has(file)) {
    const { outputText } = ts.transpileModule(readFileSync(file, "utf8"), { fileName: file, compilerOptions });
    javascript.set(file, outputText);
  }
  return javascript.get(file);
}

/** How a file comes to what no page has: `a.ts imports b.ts imports node:fs`; undefined if it does not. */
function nodeBehind(file, packages, seen = new Set()) {
  seen.add(file);
  for (const [, path] of withoutTypes(file).matchAll(named)) {
    if (packages.includes(path)) continue;
    if (!path.startsWith(".")) return `${relativeTo(file)} imports ${path}`;
    const next = fileOf(file, path);
    const behind = seen.has(next) ? undefined : nodeBehind(next, packages, seen);
    if (behind) return `${relativeTo(file)} imports ${behind}`;
  }
  return undefined;
}

/** The file's code as an ES module, and the files it imports. */
function translate(file, packages) {
  const imports = [];
  const code = (file === index ? indexInPages(packages) : withoutTypes(file)).replace(named, (quoted, path) => {
    if (packages.includes(path)) return quoted;
    if (!path.startsWith(".")) throw new Error(`${file} imports "${path}", which must not come to a page.`);
    const taken = fileOf(file, path);
    imports.push(taken);
    const from = relative(dirname(file), taken).replaceAll("\\", "/").replace(/\.ts$/, ".js"); // browsers add no extension
    return `"${from.startsWith(".") ? from : `./${from}`}"`;
  });
  return { code, imports };
}

/** The index without what needs Node; the names of that are a list of their own, so that a page can say so. */
function indexInPages(packages) {
  const inNode = [];
  const code = withoutTypes(index).replace(/^export \{([^}]*)\} from "([^"]+)";$/gm, (line, names, path) => {
    if (!nodeBehind(fileOf(index, path), packages)) return line;
    inNode.push(...names.split(",").map((name) => name.trim()));
    return "";
  });
  return `${code}export const inNodeOnly = ${JSON.stringify(inNode)};\n`;
}

const written = new Set();
for (const [face, packages] of Object.entries(faces)) {
  const behind = face === "cells" ? undefined : nodeBehind(join(library, `${face}.ts`), packages);
  if (behind) throw new Error(`${behind}, which must not come to a page.`);
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
