// Starts the tslab kernel as Jupyter does: `node kernel.js kernel --config-path=FILE`.
const fs = require("node:fs");
const { enableCompileCache } = require("node:module");
const path = require("node:path");

// What V8 made of the sources is kept for the next start, from Node 22.8 on: a second and a half of a kernel's start.
enableCompileCache?.();

const launcher = path.join(__dirname, "..", "dist", "notebook", "host", "launch.js");
if (!fs.existsSync(launcher)) {
  const root = path.join(__dirname, "..", "..");
  console.error(`The library is not built. Run \`npm run build\` in ${root}, then start the kernel again.`);
  process.exit(1);
}
require(launcher).launch(process.argv.slice(2));
