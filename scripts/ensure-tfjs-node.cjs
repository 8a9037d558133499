// Begins every build, so also `npm install` and `npm ci`. tfjs-node is an optional dependency: where its native library
// cannot be downloaded, npm leaves it out. Notebooks still say `import * as tf from "@tensorflow/tfjs-node"`, so the same
// name is then given to plain TensorFlow.js, which binvit runs on the WebAssembly backend. What is there is left alone:
// lib/notebook/host/resolve.ts sees to a tfjs-node that does not load, and to a stand-in that could not be written.
const fs = require("node:fs");
const path = require("node:path");

/**
 * Places what is missing; again and again, it changes nothing.
 *
 * @param {string} root - the folder that holds node_modules
 * @returns {string[]} the folders that were written
 */
function ensureTfjsNode(root) {
  const packages = path.join(root, "node_modules");
  const places = [[path.join(packages, "@tensorflow", "tfjs-node"), "tfjs-node-stand-in"]];
  // The override in package.json gives danfojs-node a tfjs-node of its own, which npm links to a folder that it does not
  // make; without it danfojs-node would take the one above, and fail with it.
  const danfojs = path.join(packages, "danfojs-node");
  if (fs.existsSync(danfojs)) {
    places.push([path.join(danfojs, "node_modules", "@tensorflow", "tfjs-node"), "danfojs-tfjs-stub"]);
  }
  return places.flatMap(([folder, source]) => {
    if (fs.existsSync(path.join(folder, "package.json"))) return [];
    const link = fs.lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() ? fs.readlinkSync(folder) : "";
    const target = path.resolve(path.dirname(folder), link || folder);
    place(path.join(__dirname, source), target);
    return [target];
  });
}

/** Copies a package, the file last by which the next build knows it as whole: this one may be killed on the way. */
function place(source, target) {
  const manifest = path.join(source, "package.json");
  fs.cpSync(source, target, { recursive: true, filter: (file) => file !== manifest });
  const part = path.join(target, "package.json.part");
  fs.copyFileSync(manifest, part);
  fs.renameSync(part, path.join(target, "package.json"));
}

module.exports = { ensureTfjsNode };
if (require.main === module) ensureTfjsNode(path.join(__dirname, ".."));
