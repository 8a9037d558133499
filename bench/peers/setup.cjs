/**
 * Makes the environment of the peers of `binvit bench` that are not packages of the kit, in folders that git ignores:
 * bench/peers/.venv (PyTorch, onnxruntime's quantization) and bench/peers/node_modules (jax-js).
 *
 *     node bench/peers/setup.cjs [options of pip]
 *
 * On Linux pip brings PyTorch's build for CUDA, which brings some gigabytes of CUDA along; the bench runs on the
 * processor all the same. PyTorch's own index has a build for processors alone, a tenth of the size: give
 * `--extra-index-url` with the address that pytorch.org names for "CPU", and a `torch` of that index is taken.
 */
const { spawnSync } = require("node:child_process");
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const folder = join(__dirname, ".venv");
const windows = process.platform === "win32";

function run(program, args) {
  console.log(`> ${program} ${args.join(" ")}`);
  const { status, error } = spawnSync(program, args, {
    stdio: "inherit",
    cwd: __dirname,
    shell: windows && program === "npm",
  });
  if (error) console.error(`${program} does not run: ${error.message}`);
  return status === 0;
}

const python = join(folder, ...(windows ? ["Scripts", "python.exe"] : ["bin", "python"]));
const made = existsSync(python) || run(windows ? "python" : "python3", ["-m", "venv", folder]);
const pip = ["-m", "pip", "install", "-r", "requirements.txt", ...process.argv.slice(2)];
const results = {
  "Python (PyTorch, onnxruntime int8)": made && run(python, pip),
  "npm (jax-js)": run("npm", ["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]),
};
for (const [name, worked] of Object.entries(results)) console.log(`${worked ? "ok" : "!!"}  ${name}`);
process.exitCode = Object.values(results).every(Boolean) ? 0 : 1;
