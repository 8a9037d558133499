import { expect, test } from "vitest";
import { UsageError } from "../../lib/base/errors";
import { oneSeed, parallelLimits, runName, seedList, timeoutLimits, wholeNumber } from "../../lib/cli/run-input";

const refused = (act: () => unknown, message: string) => {
  expect(act).toThrow(UsageError);
  expect(act).toThrow(message);
};

test.each([
  ["1", [1]],
  ["0,9007199254740991", [0, 9007199254740991]],
  ["3,1,2", [3, 1, 2]],
  ["1-3,7,9-9", [1, 2, 3, 7, 9]],
  ["9007199254740990-9007199254740991", [9007199254740990, 9007199254740991]],
])("seeds %s", (text, seeds) => {
  expect(seedList("--seeds", text)).toEqual(seeds);
});

test.each(["", ",", "1,,2", "1,", "1-", "-1", "-", "--", "1-9-2", "1--3", "1..3", " 3", "1, 2", "1 2", "1e3", "0x10"])(
  "seeds %j are refused, with what is expected",
  (text) => {
    refused(() => seedList("--seeds", text), "--seeds expects seeds and ranges of seeds with commas between them");
  },
);

test.each(["NaN", "Infinity", "+1", "1.5", "１", "1_000", "one", "1\n2", "1,x,3"])("nor is %j a list", (text) => {
  refused(() => seedList("--seeds", text), "got ");
});

test("seeds that are too large, too many, twice or backwards are refused, each for what it is", () => {
  refused(() => seedList("--seeds", "9007199254740992"), "whole number from 0 to 9007199254740991");
  refused(() => seedList("--seeds", "1-9007199254740993"), 'got "9007199254740993"');
  refused(() => seedList("--seeds", "1-999999999"), 'at most 10000 seeds, got 999999999 with "1-999999999".');
  refused(() => seedList("--seeds", "0,1-10000"), "at most 10000 seeds, got 10001");
  refused(() => seedList("--seeds", "1-5,04"), 'names seed 4 twice: "1-5,04".');
  refused(() => seedList("--seeds", "5-1"), 'ranges from low to high, got "5-1".');
  expect(seedList("--seeds", "1-10000")).toHaveLength(10_000);
});

test("a message quotes no more than a line of what was given", () => {
  const message = (text: string) => {
    try {
      return `${oneSeed("--seed", text)}`;
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(message("9".repeat(1e6)).length).toBeLessThan(150);
  expect(message("1\n\u001b[31m")).toBe(
    '--seed expects a whole number from 0 to 9007199254740991, got "1\\n\\u001b[31m".',
  );
});

test("jobs and time limits end where machines and timers do", () => {
  expect([1, 64].map((n) => wholeNumber("--jobs", `${n}`, parallelLimits))).toEqual([1, 64]);
  for (const text of ["0", "65", "4294967297", "-1", "1e1", ""]) {
    refused(
      () => wholeNumber("--jobs", text, parallelLimits),
      `--jobs expects a whole number from 1 to 64, got "${text}".`,
    );
  }
  expect(1000 * wholeNumber("--timeout", "2147483", timeoutLimits)).toBeLessThan(2 ** 31);
  for (const text of ["0", "2147484", "9999999999"])
    refused(() => wholeNumber("--timeout", text, timeoutLimits), "from 1 to");
});

test("a run's name is any line of text", () => {
  for (const name of ["a", "<b>x</b>", "mlp/a/b", "日本語", "a b", "x".repeat(200)]) {
    expect(runName("--name", name)).toBe(name);
  }
  for (const name of ["", " ", "a\nb", "\u001b[31m", "\ud800", "x".repeat(201)]) {
    refused(() => runName("--name", name), "--name expects 1 to 200 characters on one line, got ");
  }
});
