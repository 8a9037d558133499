// Compiles lib/kernels/assembly, unless what it makes is newer than all its sources. It runs before TypeScript does:
//   lib/dist/kernels/binvit.wasm      all kernels, a file that Node reads
//   lib/kernels/inference-wasm.ts     those of the engine as a text, so that any bundler finds them
const { spawnSync } = require("node:child_process");
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } =
  require("node:fs");
const { dirname, join } = require("node:path");

const sources = join(__dirname, "assembly");
const compiler = join(dirname(require.resolve("assemblyscript/package.json")), "bin", "asc.js");
const modified = (file) => statSync(file).mtimeMs;
const inputs = [__filename, compiler, ...readdirSync(sources).map((name) => join(sources, name))];

/** Compiles one entry; `finish` says what of the module the target holds. */
function build(entry, target, finish = (wasm) => wasm) {
  if (existsSync(target) && inputs.every((file) => modified(file) <= modified(target))) return;
  mkdirSync(dirname(target), { recursive: true });
  // Relaxed SIMD stays off: its results differ between machines, and a run must repeat bit for bit.
  const flags = "--enable simd -O3 --noAssert --runtime stub --importMemory --initialMemory 1".split(" ");
  // Into place by a rename, so that a process that starts meanwhile never reads half a module.
  const [compiled, part] = [`${target}.${process.pid}.wasm`, `${target}.${process.pid}`];
  const command = [compiler, join(sources, entry), "--outFile", compiled, ...flags];
  const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (status !== 0) process.exit(1);
  writeFileSync(part, finish(readFileSync(compiled)));
  rmSync(compiled);
  renameSync(part, target);
}

build("index.ts", join(__dirname, "..", "dist", "kernels", "binvit.wasm"));
build(
  "inference.ts",
  join(__dirname, "inference-wasm.ts"),
  (wasm) => `// Made by build.cjs from assembly/inference.ts; not committed.
/** The engine's kernels, compiled; base64. */
export const inferenceWasm: string =
  "${wasm.toString("base64")}";
`,
);
