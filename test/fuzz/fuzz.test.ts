import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { fuzz, type Outcome, outcomeTable } from "./fuzz";
import { fileKinds } from "./kinds";

// A few seconds within the tests; `npm run fuzz` asks for more cases, and for other seeds.
const cases = Number(process.env.BINVIT_FUZZ_CASES ?? 40);
const seed = Number(process.env.BINVIT_FUZZ_SEED ?? 1);

const folder = mkdtempSync(join(tmpdir(), "binvit-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => useBackend("wasm"));

test(`${cases} damaged files of each kind are refused clearly, or say what they said`, { timeout: 0 }, async () => {
  const outcomes: Outcome[] = [];
  for (const kind of await fileKinds(folder)) outcomes.push(await fuzz(kind, seed, cases));
  if (process.env.BINVIT_FUZZ_CASES) console.log(outcomeTable(outcomes));
  expect(outcomes.flatMap(({ faults }) => faults)).toEqual([]);
  for (const { kind, refused } of outcomes) expect(refused, kind).toBeGreaterThan(0);
});

test("a reader that trusts what it is given, trips or falls silent is found out", async () => {
  const kind = (read: (file: Uint8Array) => Promise<string | undefined>) => ({
    name: "made up",
    checked: true,
    sample: Buffer.from('{"seed":1}'),
    mutate: () => Buffer.from('{"seed":2}'),
    read,
  });
  const trusting = await fuzz(
    kind(async (file) => Buffer.from(file).toString()),
    1,
    1,
  );
  expect(trusting.faults[0]).toMatch(/accepted with another value/);
  const tripping = await fuzz(
    kind(async (file) => (file.includes(0x32) ? (undefined as never as string[]).join() : "1")),
    1,
    1,
  );
  expect(tripping.faults[0]).toMatch(/case 0: TypeError/);
  await expect(
    fuzz(
      kind(async () => undefined),
      1,
      1,
    ),
  ).rejects.toThrow(/sample of made up is not sound/);
  rmSync(join(tmpdir(), "binvit-fuzz-made-up-1-0"));
});
