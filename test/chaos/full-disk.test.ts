import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { essence, launcher } from "./training";

const folder = mkdtempSync(join(tmpdir(), "binvit-full-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const config = {
  extends: "digits",
  dataset: { trainLimit: 64 },
  model: { embedDim: 8, depth: 1, numHeads: 2, mlpDim: 8 },
  training: { epochs: 1, warmupEpochs: 0 },
};
writeFileSync(join(folder, "run.json"), JSON.stringify(config));
const study = { name: "tiny", ...config, rows: [{ component: "float", scale: "float", binarize: {} }] };
writeFileSync(join(folder, "study.json"), JSON.stringify(study));

/** A command on a disk that is full from the `at`-th file on that is written under `out`. */
function binvit(words: readonly string[], out: string, at?: number) {
  const preload = `--require ${JSON.stringify(join(kitRoot(), "test", "chaos", "full-disk.cjs"))}`;
  const env = at === undefined ? {} : { NODE_OPTIONS: preload, CHAOS_AT: String(at), CHAOS_FOLDER: out };
  const options = { cwd: folder, encoding: "utf8", env: { ...process.env, ...env } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...words, "--out", out], options);
  return { code: status, stdout, stderr };
}

test.each([
  ["train", ["train", "run.json"], 4], // trial of the folder, claim, weights, record
  ["study", ["study", "study.json", "--retries", "0"], 4],
])(
  "wherever the disk gets full in `%s`, that is said in a line, and the same command ends as if it had not",
  (name, words, least) => {
    const whole = `${name}-whole`;
    expect(binvit(words, whole).code).toBe(0);
    const runOf = (out: string) => {
      const inside = readdirSync(join(folder, out)).find((one) => existsSync(join(folder, out, one, "record.json")));
      return join(folder, out, inside ?? "");
    };
    const expected = essence(runOf(whole));
    let at = 1;
    for (; ; at++) {
      const out = `${name}-${at}-full`;
      const { code, stdout, stderr } = binvit(words, out, at);
      if (code === 0) break;
      expect([at, code, `${stdout}${stderr}`]).toEqual([
        at,
        1,
        expect.stringMatching(/the disk is full\. Free some space/),
      ]);
      expect(stderr).not.toMatch(/\n\s+at |defect/);
      const place = join(folder, out);
      const names = existsSync(place) ? readdirSync(place, { recursive: true }).map(String) : [];
      expect(names.filter((one) => /\.tmp$|claim|record\.json$/.test(one))).toEqual([]);
      expect(binvit(words, out).code).toBe(0);
      expect(essence(runOf(out))).toBe(expected);
    }
    expect(at).toBeGreaterThan(least);
  },
);
