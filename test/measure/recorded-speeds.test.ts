import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withRecordedSpeeds } from "../../bench/recorded-speeds";

const readme = readFileSync("README.md", "utf8");

test("README's speeds are those of the recorded runs", () => {
  expect(withRecordedSpeeds(readme, "data/results")).toBe(readme);
});

test("a figure that was not recorded is replaced, a row that was not is refused", () => {
  const changed = readme.replace(/(\| `cifar-s\/w1a1\/batch-64` \| pytorch-float \|) [^|]+/, "$1 9999 ");
  expect(changed).not.toBe(readme);
  expect(withRecordedSpeeds(changed, "data/results")).toBe(readme);
  const other = readme.replace("| `cifar-s/w1a1/batch-64` | pytorch-float |", "| `cifar-s/w1a1/batch-64` | abacus |");
  expect(() => withRecordedSpeeds(other, "data/results")).toThrow(/against abacus/);
  const node = readme.replace(/(\| `cifar-s` W1A1 step, images\/s \|) [^|]+/, "$1 9999 (9 × pytorch-float) ");
  expect(node).not.toBe(readme);
  expect(withRecordedSpeeds(node, "data/results")).toBe(readme);
});
