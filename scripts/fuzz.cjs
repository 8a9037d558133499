// The long form of test/fuzz: `npm run fuzz -- --cases 5000 --seed 7`. Prints a table, and ends with code 1 if a damaged
// file was met with anything but a clear error, or accepted with another value than its checksum or record vouches for.
const { spawnSync } = require("node:child_process");
const { join } = require("node:path");
const { parseArgs } = require("node:util");

const { values } = parseArgs({
  options: { cases: { type: "string", default: "2000" }, seed: { type: "string", default: "1" } },
});
for (const [name, text] of Object.entries(values)) {
  if (/^\d{1,9}$/.test(text)) continue;
  console.error(`--${name} expects a whole number, got "${text}".`);
  process.exit(2);
}
const vitest = join(__dirname, "..", "node_modules", "vitest", "vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "test/fuzz", "--disable-console-intercept"], {
  cwd: join(__dirname, ".."),
  env: { ...process.env, BINVIT_FUZZ_CASES: values.cases, BINVIT_FUZZ_SEED: values.seed },
  stdio: "inherit",
});
process.exit(status ?? 1);
