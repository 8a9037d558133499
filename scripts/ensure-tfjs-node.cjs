// Begins every build, so also `npm install` and `npm ci`. tfjs-node is an optional dependency: where its native library
// cannot be downloaded, npm leaves it out. Notebooks still say `import * as tf from "@tensorflow/tfjs-node"`, so the same
// name is then given to plain TensorFlow.js, which binvit runs on the WebAssembly backend. What is there is left alone:
// lib/bin/resolve.cjs sees to a tfjs-node that does not load, and to a stand-in that could not be written.
const fs = require("node:fs");
const path = require("node:path");

/**
 * Places the stand-in where tfjs-node is missing; again and again, it changes nothing.
 *
 * @param {string} root - the folder that holds node_modules
 * @returns {boolean} whether it was missing
 */
function ensureTfjsNode(root) {
  const folder = path.join(root, "node_modules", "@tensorflow", "tfjs-node");
  if (fs.existsSync(path.join(folder, "package.json"))) return false;
  fs.cpSync(path.join(__dirname, "tfjs-node-stand-in"), folder, { recursive: true });
  return true;
}

module.exports = { ensureTfjsNode };
if (require.main === module) ensureTfjsNode(path.join(__dirname, ".."));
