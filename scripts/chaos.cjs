// The long form of test/chaos: `npm run test:chaos -- --kills 100 --seed 7`. Prints a table, and ends with code 1 if a run
// that was killed and gone on with ends otherwise than one that was not.
const { spawnSync } = require("node:child_process");
const { join } = require("node:path");
const { parseArgs } = require("node:util");

const { values } = parseArgs({
  options: { kills: { type: "string", default: "100" }, seed: { type: "string", default: "1" } },
});
for (const [name, text] of Object.entries(values)) {
  if (/^\d{1,9}$/.test(text)) continue;
  console.error(`--${name} expects a whole number, got "${text}".`);
  process.exit(2);
}
const vitest = join(__dirname, "..", "node_modules", "vitest", "vitest.mjs");
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "test/chaos/chaos.test.ts", "--disable-console-intercept"],
  {
    cwd: join(__dirname, ".."),
    env: { ...process.env, BINVIT_CHAOS_KILLS: values.kills, BINVIT_CHAOS_SEED: values.seed },
    stdio: "inherit",
  },
);
process.exit(status ?? 1);
