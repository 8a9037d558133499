// Compiles lib/kernels/assembly, unless what it makes is newer than all its sources. It runs before TypeScript does:
//   lib/dist/kernels/binvit.wasm        all kernels, a file that Node reads
//   lib/kernels/inference-wide-wasm.ts  those of the engine as a text, so that nothing has to be found beside the code
//   lib/kernels/inference-wasm.ts       the same for pages, which have no 256-bit registers
//   lib/kernels/probe-wasm.ts           one tile, with which wide.ts measures the machine, as a text too
//   lib/kernels/named-kernels.ts        their signatures, every argument by its name
// try-wide.cjs then tries what it made.
const { spawn } = require("node:child_process");
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } =
  require("node:fs");
const { dirname, join } = require("node:path");
const { namedKernels } = require("./named-kernels.cjs");

const sources = join(__dirname, "assembly");
const compiler = join(dirname(require.resolve("assemblyscript/package.json")), "bin", "asc.js");
const modified = (file) => statSync(file).mtimeMs;
const scripts = [__filename, require.resolve("./named-kernels.cjs")];
const inputs = [...scripts, compiler, ...readdirSync(sources).map((name) => join(sources, name))];
const isNew = (target) => existsSync(target) && inputs.every((file) => modified(file) <= modified(target));

/** Into place by a rename, so that a process that starts meanwhile never reads half a file. */
function put(target, content) {
  const part = `${target}.${process.pid}`;
  writeFileSync(part, content);
  renameSync(part, target);
}

/** Compiles one entry, beside the others; `finish` says what of the module the target holds. */
function build(entry, target, finish = (wasm) => wasm, optimize = "-O3") {
  if (isNew(target)) return;
  mkdirSync(dirname(target), { recursive: true });
  // Relaxed SIMD stays off: its results differ between machines, and a run must repeat bit for bit.
  const flags = `--enable simd ${optimize} --noAssert --runtime stub --importMemory --initialMemory 1`.split(" ");
  const compiled = `${target}.${process.pid}.wasm`;
  const command = [compiler, join(sources, entry), "--outFile", compiled, ...flags];
  spawn(process.execPath, command, { stdio: "inherit" }).on("close", (code) => {
    if (code !== 0) {
      process.exitCode = 1;
      return;
    }
    put(target, finish(readFileSync(compiled)));
    rmSync(compiled);
  });
}

const named = join(__dirname, "named-kernels.ts");
if (!isNew(named)) {
  try {
    put(named, namedKernels(sources));
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

build("index.ts", join(__dirname, "..", "dist", "kernels", "binvit.wasm"));
for (const [entry, name, what] of [
  ["inference-wide.ts", "inferenceWasm", "The engine's kernels"],
  ["inference.ts", "inferenceWasm", "The engine's kernels"],
  ["probe.ts", "probeWasm", "The probe of wide.ts"],
]) {
  const target = join(__dirname, entry.replace(".ts", "-wasm.ts"));
  build(
    entry,
    target,
    (wasm) => `// Made by build.cjs from assembly/${entry}; not committed.
/** ${what}, compiled; base64. */
export const ${name}: string =
  "${wasm.toString("base64")}";
`,
    entry === "inference.ts" ? "-O3s" : "-O3", // pages load it: a tenth smaller, as fast within a few percent
  );
}
