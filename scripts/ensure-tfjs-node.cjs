// Runs after `npm install` and `npm ci`. tfjs-node is an optional dependency: where its native library cannot be
// downloaded, npm leaves it out. Notebooks still say `import * as tf from "@tensorflow/tfjs-node"`, so the same
// name is then given to plain TensorFlow.js, which binvit runs on the WebAssembly backend.
const fs = require("node:fs");
const path = require("node:path");

const folder = path.join(__dirname, "..", "node_modules", "@tensorflow", "tfjs-node");
if (!fs.existsSync(path.join(folder, "package.json"))) {
  fs.mkdirSync(folder, { recursive: true });
  const manifest = {
    name: "@tensorflow/tfjs-node",
    version: "4.22.0",
    description: "Stand-in written by binvit: re-exports @tensorflow/tfjs because the native package did not install",
    binvitStandIn: true,
    main: "index.js",
    types: "index.d.ts",
  };
  fs.writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  fs.writeFileSync(path.join(folder, "index.js"), 'module.exports = require("@tensorflow/tfjs");\n');
  fs.writeFileSync(path.join(folder, "index.d.ts"), 'export * from "@tensorflow/tfjs";\n');
}
