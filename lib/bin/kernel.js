// Starts the tslab kernel as Jupyter does: `node kernel.js kernel --config-path=FILE`.
const { parseArgs } = require("node:util");

const { values } = parseArgs({ options: { "config-path": { type: "string" } }, allowPositionals: true });
if (values["config-path"] === undefined) {
  console.error("Usage: node kernel.js kernel --config-path=FILE, where FILE is a Jupyter connection file.");
  process.exit(2);
}
// Cells import the kit from wherever their notebook lies; this also says so where the library is not built.
require("./resolve.cjs");
require("../dist/notebook/host/start.js").startKernel(values["config-path"]);
