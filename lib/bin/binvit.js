#!/usr/bin/env node
const fs = require("node:fs");
const { enableCompileCache } = require("node:module");
const path = require("node:path");

// What V8 made of the sources is kept for the next start, from Node 22.8 on: a third of the start of a command.
enableCompileCache?.();

const main = path.join(__dirname, "..", "dist", "cli", "main.js");
if (!fs.existsSync(main)) {
  console.error("binvit: the library is not built. Run `npm run build` in the kit's folder, then try again.");
  process.exit(1);
}
let start;
try {
  start = require(main).main;
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND") throw error;
  console.error(`binvit: ${error.message.split("\n")[0]}. Run \`npm ci\` in the kit's folder, then try again.`);
  process.exit(1);
}
start(process.argv);
