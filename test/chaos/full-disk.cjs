// Runs first in a process: from the Nth file on that it begins under a folder, or the part of one, the disk is full.
const fs = require("node:fs");

const at = Number(process.env.CHAOS_AT);
const folder = process.env.CHAOS_FOLDER;
let count = 0;

const { writeFileSync } = fs;
fs.writeFileSync = (path, content, options) => {
  if (!String(path).includes(folder) || ++count < at) return writeFileSync(path, content, options);
  if (content.length > 8) writeFileSync(path, content.slice(0, content.length >> 1), options); // as much as there was room for
  throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
};
