import { describe, expect, test } from "vitest";
import { diagnosisTable } from "../../lib/cli/diagnosis-tables";
import type { Diagnosis } from "../../lib/diagnose/diagnosis";
import { classTokenGrid } from "../../lib/plot/class-token-grid";

const maps = (blocks: readonly number[], heads: number) => ({
  ...{ label: "3", answer: "3", image: { size: 2, channels: 1, maxValue: 16, pixels: "AAgQBA==" } },
  blocks: blocks.map((block) => ({ block, heads: Array.from({ length: heads }, () => [0.7, 0.1, 0.1, 0.1]) })),
});
const diagnosisOf = (found: object): Diagnosis =>
  ({ runs: [{ name: "a" }, { name: "b" }], found }) as unknown as Diagnosis;

describe("two runs of other shapes", () => {
  test.each([
    [4, 2],
    [2, 4],
  ])("have a column for each head: %d and %d", (one, other) => {
    const table = diagnosisTable(
      "attention-maps",
      diagnosisOf({ "attention-maps": [maps([1], one), maps([1], other)] }),
    );
    const [, head, , a, b] = table.split("\n");
    expect(head).toContain("head 4");
    const cells = (line: string) =>
      line
        .trim()
        .split(/\s{2,}/)
        .slice(3);
    expect([a, b].map((line) => cells(line!).filter((cell) => cell === "70.0%").length)).toEqual([one, other]);
    expect([a, b].map((line) => cells(line!).length)).toEqual([4, 4]);
  });

  test("have the blocks of each named where they differ", () => {
    const written = (first: readonly number[], second: readonly number[]) =>
      classTokenGrid([
        { name: "a", ...maps(first, 1) },
        { name: "b", ...maps(second, 1) },
      ]).layout.annotations!.flatMap(({ text }) => (text!.startsWith("block") ? [text] : []));
    expect(written([1, 2], [1, 2])).toEqual(["block 1", "block 2"]);
    expect(written([1, 2], [1, 3])).toEqual(["block 1", "block 2", "block 1", "block 3"]);
    expect(written([1], [1, 2])).toEqual(["block 1", "block 1", "block 2"]);
  });
});

test("what rounds to nothing has no sign", () => {
  const bins = { at: [], share: [], confidence: 0.9127, accuracy: 0.913, error: 0.0003 };
  const table = diagnosisTable("calibration", diagnosisOf({ calibration: [bins, { ...bins, confidence: 0.9 }] }));
  expect(table).toContain(" 0.0%");
  expect(table).not.toContain("−0.0%");
  expect(table).toContain("−1.3%");
});
