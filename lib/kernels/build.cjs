// Compiles lib/kernels/assembly to lib/dist/kernels/binvit.wasm, unless the module is newer than all its sources.
const { spawnSync } = require("node:child_process");
const { existsSync, mkdirSync, readdirSync, renameSync, statSync } = require("node:fs");
const { dirname, join } = require("node:path");

const sources = join(__dirname, "assembly");
const target = join(__dirname, "..", "dist", "kernels", "binvit.wasm");
const compiler = join(dirname(require.resolve("assemblyscript/package.json")), "bin", "asc.js");

const modified = (file) => statSync(file).mtimeMs;
const inputs = [__filename, compiler, ...readdirSync(sources).map((name) => join(sources, name))];

if (!existsSync(target) || inputs.some((file) => modified(file) > modified(target))) {
  mkdirSync(dirname(target), { recursive: true });
  // Relaxed SIMD stays off: its results differ between machines, and a run must repeat bit for bit.
  const flags = "--enable simd -O3 --noAssert --runtime stub --importMemory --initialMemory 1".split(" ");
  // Into place by a rename, so that a process that starts meanwhile never reads half a module.
  const part = `${target}.${process.pid}`;
  const entry = join(sources, "index.ts");
  const { status } = spawnSync(process.execPath, [compiler, entry, "--outFile", part, ...flags], { stdio: "inherit" });
  if (status !== 0) process.exit(1);
  renameSync(part, target);
}
