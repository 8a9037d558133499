import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { keepRecords } from "../../lib/study/records";
import type { RunRecord } from "../../lib/train/record";
import { sealRecord } from "../../lib/train/seal";
import { madeUpRecord } from "../study/records";
import { command } from "./in-process";

const folder = mkdtempSync(join(tmpdir(), "binvit-claims-"));
afterAll(() => rmSync(folder, { recursive: true }));

const digits = [1, 2, 3].flatMap((seed) => [
  madeUpRecord("mlp/channel", seed, 0.8 + seed / 100),
  madeUpRecord("mlp/unscaled", seed, 0.8 - seed / 100),
]);
const shapes = digits.map(({ config, dataset, ...run }): RunRecord => {
  const name = "shapes";
  return sealRecord({ ...run, config: { ...config, dataset: { name } }, dataset: { ...dataset, name } });
});

async function claimsOf(name: string, records: readonly RunRecord[]): Promise<string> {
  keepRecords(records, join(folder, name));
  return (await command(["claims", "--results", join(folder, name)])).stdout;
}

test("comparisons are corrected for those on their own data set, and that is said", async () => {
  const lines = (text: string) => text.match(/mlp\/channel − mlp\/unscaled .*/g);
  const [first, second] = lines(await claimsOf("alone", digits)) ?? [];
  const both = await claimsOf("both", [...digits, ...shapes]);
  expect(first).toContain("4.0");
  expect(lines(both)).toEqual([first, second, first, second]);
  expect(both).toContain("for all comparisons on its data set at once");
});
