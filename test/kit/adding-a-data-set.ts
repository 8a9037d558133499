import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { datasetNames } from "../../lib/data/sets";
import { type ChangedKit, listings, page } from "./changed-kit";

const text = page("adding-a-data-set.md");
const [file] = listings(text, "ts");
const diffs = listings(text, "diff");

const [, place] = /Save it as `(\S+)`/.exec(text) as RegExpExecArray;
const [verify, train] = [...text.matchAll(/^npx binvit (.+)$/gm)].map(([, words]) => words.split(" "));

/** Makes the page's changes. */
export function addDataSet(kit: ChangedKit): void {
  kit.write(place, file);
  expect(diffs.length).toBe(1);
  kit.apply(diffs[0]);
}

export function testDataSet(kit: ChangedKit): void {
  test("it is one file, and one line beside its import", () => {
    const lines = diffs[0].split("\n").filter((line) => line.startsWith("+"));
    expect(lines).toEqual([expect.stringMatching(/^\+import /), "+  bars,"]);
  });

  test("the commands know it: in their lists, checks and refusals", async () => {
    const list = await kit.binvit("data", "list");
    expect(list.output).toMatch(/^bars +8x8x1 +2000 +200 +400 +2 +generated +MIT +this kit *$/m);
    expect(await kit.binvit(...verify)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^bars +ok +generated, SHA/),
    });
    const known = ["digits", "shapes", "bars", ...datasetNames.slice(2)];
    expect((await kit.binvit("data", "download", "bar")).output).toContain(known.slice(0, -1).join(", "));
    const refused = await kit.binvit("summary", "digits", "--set", "dataset.name=bar");
    expect(refused.output).toContain(
      `expected ${known
        .map((name) => `"${name}"`)
        .slice(0, -1)
        .join(", ")}`,
    );
    expect(refused.output).toContain('Did you mean "bars"?');
  });

  test("two epochs on it learn it, and leave a record that names it", async () => {
    const outcome = await kit.binvit(...train, "--out", "run");
    expect(outcome).toMatchObject({ code: 0 });
    const record = JSON.parse(readFileSync(join(kit.root, "run", "record.json"), "utf8"));
    expect(record.dataset).toMatchObject({ name: "bars", train: 2000, classNames: ["lying", "standing"] });
    expect(record.curve).toHaveLength(2);
    expect(record.test.accuracy).toBeGreaterThan(0.8);
    expect(await kit.binvit("eval", "run")).toMatchObject({ code: 0 });
  });
}
