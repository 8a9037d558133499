// Compiles the kernels for 256-bit registers once a V8, in a process of its own, and writes down whether it can:
//   lib/kernels/tried-v8.ts
// What V8 cannot compile it does not refuse: it ends the process. So nobody has it compiled where that was not tried.
const { spawnSync } = require("node:child_process");
const { existsSync, readFileSync, statSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const target = join(__dirname, "tried-v8.ts");
const modules = ["../dist/kernels/binvit.wasm", "inference-wide-wasm.ts", "probe-wasm.ts"].map((name) =>
  join(__dirname, name),
);

/** Make V8 compile everything at once by its optimizing compiler, with the fusion. */
const switches = [
  "--experimental-wasm-revectorize",
  "--no-wasm-inlining", // without feedback from a first run Node 26 cannot inline functions
  "--no-liftoff",
  "--no-wasm-lazy-compilation",
];
const engine = `${process.versions.v8} ${process.arch}`;

const trial = `
  const { setFlagsFromString } = require("node:v8");
  for (const name of ${JSON.stringify(switches)}) setFlagsFromString(name);
  for (const file of ${JSON.stringify(modules)}) {
    const content = require("node:fs").readFileSync(file);
    const text = file.endsWith(".ts") && /"([A-Za-z0-9+/=]{100,})"/.exec(content.toString())[1];
    new WebAssembly.Module(text ? Buffer.from(text, "base64") : content);
  }
`;

/** @returns why this V8 cannot, or undefined */
function problem() {
  if (Number.parseInt(process.versions.node, 10) < 24) return "Node 24 is the first that has";
  const { status, signal, error, stderr } = spawnSync(process.execPath, ["-e", trial], { timeout: 60_000 });
  // Where V8 was built without the fusion (macOS, other processors than x64) it says so, and goes on.
  if (/unrecognized flag/i.test(String(stderr))) return "it was built without them";
  if (status === 0) return undefined;
  return `its compiler ended with ${error?.code ?? signal ?? `code ${status}`}`;
}

/** What earlier builds found, by engine: people switch between versions of Node. Void once a module has changed. */
function known() {
  if (!existsSync(target)) return {};
  const newest = Math.max(...[__filename, ...modules].map((file) => statSync(file).mtimeMs));
  if (newest > statSync(target).mtimeMs) return {};
  const found = /\btried: .* = (\{.*\});/.exec(readFileSync(target, "utf8"));
  return found ? JSON.parse(found[1]) : {};
}

const found = known();
if (!(engine in found)) {
  found[engine] = problem() ?? "";
  writeFileSync(
    target,
    `// Made by try-wide.cjs; not committed.
/** Where this build's kernels were compiled for 256-bit registers: V8 and processor, and why it cannot; "" if it can. */
export const tried: { readonly [engine: string]: string | undefined } = ${JSON.stringify(found)};

/** What made it do so. */
export const switches: readonly string[] = ${JSON.stringify(switches)};
`,
  );
}
