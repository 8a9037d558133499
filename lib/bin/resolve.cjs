// What a cell can import: the kit's packages, wherever its notebook lies, and TensorFlow.js by the name of tfjs-node even
// where that is missing or does not load. A package that is found beside the notebook comes first, as always.
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const root = path.join(__dirname, "..", "..");
const packages = path.join(root, "node_modules");
const tfjsNode = "@tensorflow/tfjs-node";

/** When a cell runs: `require` looks into the kit last, and a tfjs-node that fails gives way to plain TensorFlow.js. */
function extendRequire() {
  const given = process.env.NODE_PATH;
  process.env.NODE_PATH = [given, packages].filter(Boolean).join(path.delimiter);
  Module._initPaths();
  if (given === undefined)
    delete process.env.NODE_PATH; // not for the processes that cells start
  else process.env.NODE_PATH = given;

  const load = Module._load;
  Module._load = function (request, parent, ...rest) {
    const fromKit = parent?.filename?.startsWith(path.join(root, "lib")); // lib/backend/native.ts says why it fails
    if (request !== tfjsNode || fromKit) return load.call(this, request, parent, ...rest);
    try {
      require("../dist/backend/native.js").restoreUtil(require("node:util"));
      return load.call(this, request, parent, ...rest);
    } catch {
      return require("@tensorflow/tfjs");
    }
  };
}

/**
 * When a cell is checked: TypeScript sees the kit's packages as if they lay in `/node_modules`, where it looks last, and
 * the stand-in where tfjs-node is missing.
 */
function extendTypeScript() {
  const tslab = path.dirname(require.resolve("tslab/package.json"));
  const { sys } = require(require.resolve("@tslab/typescript-for-tslab", { paths: [tslab] }));
  const slashed = (name) => name.split(path.sep).join("/");
  const last = `${slashed(path.parse(process.cwd()).root)}node_modules`;
  const missing = slashed(path.join(packages, tfjsNode));
  const standIn = slashed(path.join(root, "scripts", "tfjs-node-stand-in"));
  const isTfjsNode = fs.existsSync(path.join(missing, "package.json"));
  const isIn = (folder, name) => name === folder || name.startsWith(`${folder}/`);

  const place = (name) => {
    const kept = isIn(last, name) && !fs.existsSync(name) ? slashed(packages) + name.slice(last.length) : name;
    return !isTfjsNode && isIn(missing, kept) ? standIn + kept.slice(missing.length) : kept;
  };
  for (const method of ["fileExists", "directoryExists", "readFile", "readDirectory", "getDirectories", "realpath"]) {
    const original = sys[method];
    sys[method] = (name, ...rest) => original.call(sys, place(name), ...rest);
  }
}

if (!fs.existsSync(path.join(root, "lib", "dist", "index.js"))) {
  console.error(`The library is not built. Run \`npm run build\` in ${root}, then start the kernel again.`);
  process.exit(1);
}
extendRequire();
extendTypeScript();
