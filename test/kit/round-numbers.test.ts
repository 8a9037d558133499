import { expect, test } from "vitest";
import { roundNumbers } from "../../lib/base/round-numbers";

test("fractions keep 6 digits wherever they are, whole numbers all of theirs", () => {
  const given = {
    seed: 123456789,
    share: 1 / 3,
    rows: [[2e-9 / 3], [-1234567.5]],
    name: "a",
    none: null,
    empty: Number.NaN,
  };
  expect(roundNumbers(given)).toEqual({
    ...{ seed: 123456789, share: 0.333333, rows: [[6.66667e-10], [-1234570]], name: "a", none: null },
    empty: Number.NaN,
  });
  expect(roundNumbers(roundNumbers(given))).toEqual(roundNumbers(given));
});
