// For developers: a tfjs-node with its native TensorFlow on a machine that reaches npm and PyPI but not the store from
// which tfjs-node fetches them. PyPI's wheel `tensorflow-cpu` holds libtensorflow and its headers, npm's
// `@tensorflow/tfjs-node` the sources of the add-on, `node-api-headers` Node's interface. Never part of `npm ci`, `npm
// start` or `npm test`. Linux; needs g++ and Python 3 with pip, 700 MB in the cache folder.
//
// After `npm run build`:
//
//   node scripts/build-tfjs-node.cjs [--cache FOLDER] [--tensorflow VERSION]
//
// Puts it in place of node_modules/@tensorflow/tfjs-node of this checkout, linked to the cache folder, which must stay;
// `--remove` puts the stand-in back. The add-on works with every Node from 20 on, Node-API being the same in all.
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { parseArgs } = require("node:util");

const root = path.join(__dirname, "..");
const installed = path.join(root, "node_modules", "@tensorflow", "tfjs-node");
const standIn = path.join(__dirname, "tfjs-node-stand-in");
const tfjsNode = "@tensorflow/tfjs-node@4.22.0";
const nodeApi = "node-api-headers@1.9.0";
/** The wheel of any Python will do: nothing of Python is used from it. */
const wheelOf = {
  x64: ["--python-version=3.11", "--platform=manylinux2014_x86_64", "--platform=manylinux_2_27_x86_64"],
  arm64: ["--python-version=3.11", "--platform=manylinux2014_aarch64", "--platform=manylinux_2_27_aarch64"],
};
/** Of the wheel: the libraries, and the headers that the add-on includes. */
const kept = ["tensorflow/libtensorflow_", "tensorflow/include/tensorflow/", "tensorflow/include/tsl/"];
const libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];

function run(command, args, cwd) {
  console.log(`$ ${command} ${args.join(" ")}`);
  execFileSync(command, args, { cwd, stdio: ["ignore", "ignore", "inherit"] });
}

/** Makes a folder once: it gets its name when everything is in it. */
function once(folder, fill) {
  if (fs.existsSync(folder)) return folder;
  const part = `${folder}.part`;
  fs.rmSync(part, { recursive: true, force: true });
  fs.mkdirSync(part, { recursive: true });
  fill(part);
  fs.renameSync(part, folder);
  return folder;
}

/** @returns the folder of libtensorflow and `include`, from PyPI */
function tensorflow(cache, version) {
  const unpacked = once(path.join(cache, `tensorflow-cpu-${version}`), (part) => {
    const download = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", part];
    run("python3", [...download, ...wheelOf[process.arch], `tensorflow-cpu==${version}`]);
    const [wheel] = fs.readdirSync(part).filter((name) => name.endsWith(".whl"));
    const unpack = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(tuple(sys.argv[3:]))])`;
    run("python3", ["-c", unpack, path.join(part, wheel), part, ...kept]);
    fs.rmSync(path.join(part, wheel));
  });
  return path.join(unpacked, "tensorflow");
}

/** @returns the folder of a package from npm, in it what it needs except TensorFlow.js, which is the kit's */
function npmPackage(cache, name) {
  const folder = once(path.join(cache, name.replace("/", "-")), (part) => {
    run("npm", ["pack", "--silent", name], part);
    const [tarball] = fs.readdirSync(part);
    run("tar", ["xzf", tarball], part);
    const manifest = path.join(part, "package", "package.json");
    const original = fs.readFileSync(manifest, "utf8");
    const { dependencies = {}, ...rest } = JSON.parse(original);
    const { "@tensorflow/tfjs": _kits, ...others } = dependencies;
    fs.writeFileSync(manifest, JSON.stringify({ ...rest, dependencies: others, devDependencies: {} }));
    const quiet = ["--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund", "--silent"];
    run("npm", ["install", ...quiet], path.dirname(manifest));
    fs.writeFileSync(manifest, original);
  });
  return path.join(folder, "package");
}

function place({ cache, version }) {
  const native = tensorflow(cache, version);
  const headers = path.join(npmPackage(cache, nodeApi), "include");
  const source = npmPackage(cache, tfjsNode);

  fs.rmSync(installed, { recursive: true, force: true }); // first, as its files may be linked with another checkout's
  fs.cpSync(source, installed, { recursive: true });
  const deps = path.join(installed, "deps", "lib");
  const addon = path.join(installed, "lib", "napi-v8");
  for (const folder of [deps, addon]) fs.mkdirSync(folder, { recursive: true });
  for (const library of libraries) fs.symlinkSync(path.join(native, library), path.join(deps, library));
  run("g++", [
    ...["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8"],
    ...[installed, headers, path.join(native, "include")].map((folder) => `-I${folder}`),
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => path.join(installed, "binding", name)),
    ...["-o", path.join(addon, "tfjs_binding.node"), `-L${deps}`],
    ...libraries.map((library) => `-l:${library}`),
    "-Wl,-rpath,$ORIGIN/../../deps/lib",
  ]);
}

function main() {
  const { values } = parseArgs({
    options: {
      cache: { type: "string", default: path.join(os.homedir(), ".cache", "binvit-tfjs-node") },
      tensorflow: { type: "string", default: "2.15.1" },
      remove: { type: "boolean", default: false },
    },
  });
  if (values.remove) {
    fs.rmSync(installed, { recursive: true, force: true });
    fs.symlinkSync(path.relative(path.dirname(installed), standIn), installed, "junction"); // as npm does it
    return;
  }
  if (process.platform !== "linux" || !(process.arch in wheelOf)) {
    throw new Error(`This builds on Linux (x64, arm64) only; elsewhere: npm install --no-save ${tfjsNode}`);
  }
  place({ cache: path.resolve(values.cache), version: values.tensorflow });
  const { loadNative } = require("../lib/dist/backend/native.js");
  const native = loadNative(require);
  console.log(native.loaded ? `tfjs-node is there: ${installed}` : native.reason);
  process.exitCode = native.loaded ? 0 : 1;
}

main();
