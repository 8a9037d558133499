import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import { alignedTable } from "../../lib/cli/terminal";
import { anyInstant, everyFewSeconds, inDownloads, inStudies, inWrites, type Scenario, type Tally } from "./scenarios";

// A few kills within the tests; `npm run test:chaos` asks for a hundred, and for other seeds.
const kills = Number(process.env.BINVIT_CHAOS_KILLS ?? 3);
const isLong = process.env.BINVIT_CHAOS_KILLS !== undefined;
const seed = Number(process.env.BINVIT_CHAOS_SEED ?? 1);

const folder = mkdtempSync(join(tmpdir(), "binvit-chaos-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each with its share of the kills. */
const scenarios: (readonly [string, number, Scenario])[] = [
  ["training, at any instant", 0.3, anyInstant],
  ["training, as it writes", 0.3, inWrites],
  ...(isLong ? [["training, every few seconds", 0.15, everyFewSeconds] as const] : []),
  ["studies", 0.15, inStudies],
  ["downloads", 0.1, inDownloads],
];
const tallies = new Map<string, Tally>();

test.each(scenarios)(
  "killed in %s, and gone on with, the end is the same",
  { timeout: 0 },
  async (name, share, scenario) => {
    const place = join(folder, name.replace(/\W+/g, "-"));
    mkdirSync(place);
    const tally = await scenario(place, Math.ceil(share * kills), new Random(seed, scenarios.length));
    tallies.set(name, tally);
    expect(tally.faults).toEqual([]);
    expect(tally.equal).toBe(tally.ends);
    expect(tally.kills).toBeGreaterThanOrEqual(Math.ceil(share * kills));
  },
);

afterAll(() => {
  if (!isLong) return;
  const rows = [...tallies].map(([name, { kills, ends, equal, lost }]) => {
    const sorted = [...lost].sort((a, b) => a - b);
    const seconds = (value?: number) => (value === undefined ? "-" : value.toFixed(2));
    return [name, `${kills}`, `${equal} of ${ends}`, seconds(sorted[sorted.length >> 1]), seconds(sorted.at(-1))];
  });
  const all = [...tallies.values()];
  const sum = (of: (tally: Tally) => number) => all.reduce((total, tally) => total + of(tally), 0);
  rows.push(["all", `${sum((one) => one.kills)}`, `${sum((one) => one.equal)} of ${sum((one) => one.ends)}`, "", ""]);
  console.log(`\n${alignedTable(["killed in", "kills", "same end", "s lost, median", "s lost, most"], rows)}`);
});
