import { describe, expect, test } from "vitest";
import { textColumns } from "../../lib/base/text-width";
import { resultTable } from "../../lib/cli/result-table";
import { alignedTable } from "../../lib/cli/terminal";
import { interval } from "../../lib/study/interval";
import { rowName } from "../../lib/study/row-name";
import { resultFrame, resultRows, runFrame } from "../../lib/study/table";
import { madeUpRecord } from "./records";

describe("the 95% interval of a mean", () => {
  test.each([
    // half width = t(n − 1) · s / √n, with t from scipy.stats.t.ppf(0.975, n - 1)
    [[1, 3], 2, Math.SQRT2, (12.706204736174694 * Math.SQRT2) / Math.sqrt(2)],
    [[1, 2, 3], 2, 1, 4.302652729749464 / Math.sqrt(3)],
    [[2, 4, 4, 4, 5, 5, 7, 9], 5, Math.sqrt(32 / 7), 2.364624251592784 * Math.sqrt(32 / 7 / 8)],
  ])("of %j", (values, mean, deviation, half) => {
    const result = interval(values);
    expect(result.count).toBe(values.length);
    expect(result.mean).toBeCloseTo(mean, 12);
    expect(result.deviation).toBeCloseTo(deviation, 12);
    expect(result.high - result.mean).toBeCloseTo(half, 10);
    expect(result.mean - result.low).toBeCloseTo(half, 10);
  });

  test("of one value is that value", () => {
    expect(interval([0.7])).toEqual({ mean: 0.7, low: 0.7, high: 0.7, deviation: 0, count: 1 });
  });

  test("uses Student's t, however many values there are", () => {
    const width = (count: number) => {
      const { high, mean, deviation } = interval(Array.from({ length: count }, (_, i) => i % 2));
      return ((high - mean) * Math.sqrt(count)) / deviation;
    };
    expect(width(31)).toBeCloseTo(2.042272456301237, 9);
    expect(width(1000)).toBeCloseTo(1.962341461133449, 9);
  });
});

const records = [
  madeUpRecord("float", 1, 0.96),
  madeUpRecord("mlp/channel", 1, 0.9),
  madeUpRecord("mlp/channel", 2, 0.94),
  madeUpRecord("mlp/unscaled", 1, 0.1),
  madeUpRecord("mlp/unscaled", 2, 0.9),
];

describe("the result table", () => {
  test("has a row a configuration, with all its seeds", () => {
    const rows = resultRows(records);
    expect(rows.map((row) => [row.name, row.component, row.scale, row.accuracy.count])).toEqual([
      ["float", "float", "float", 1],
      ["mlp/channel", "mlp", "channel", 2],
      ["mlp/unscaled", "mlp", "unscaled", 2],
    ]);
    expect(rows[1].values).toEqual([0.9, 0.94]);
    expect(rows[1].accuracy.mean).toBeCloseTo(0.92, 12);
    expect(rows[1]).toMatchObject({ bytesFloat: 400_000, bytesPacked: 50_000, seconds: 15 });
  });

  test("is a danfojs frame whose interval stays between 0 and 100%", () => {
    const frame = resultFrame(records);
    expect(frame.columns).toEqual([
      "component",
      "scale",
      "seeds",
      "accuracy %",
      "95% interval",
      "packed kB",
      "× smaller",
      "s a run",
    ]);
    expect(frame.values).toEqual([
      ["float", "-", 1, "96.0", "-", "400.0", "1.0", "10"],
      ["mlp", "channel", 2, "92.0", "66.6 … 100.0", "50.0", "8.0", "15"],
      ["mlp", "unscaled", 2, "50.0", "0.0 … 100.0", "50.0", "8.0", "15"],
    ]);
  });

  test("of single runs has a line a run", () => {
    const frame = runFrame(records);
    expect(frame.shape).toEqual([5, 8]);
    expect(frame.at(2, "accuracy")).toBeCloseTo(94, 10);
    expect(frame.at(2, "kilobytes")).toBe(50);
  });

  test("of a single configuration works too", () => {
    expect(resultTable([madeUpRecord("float", 1, 1)]).split("\n")).toHaveLength(3);
  });

  test("is printed with numbers to the right and text to the left", () => {
    expect(
      alignedTable(
        ["name", "n"],
        [
          ["a", "5"],
          ["long name", "1,234"],
        ],
      ).split("\n"),
    ).toEqual(["name           n", "────────────────", "a              5", "long name  1,234"]);
  });
});

describe("names", () => {
  test.each([
    ["float", "float", "float"],
    ["mlp+mhsa/channel", "mlp+mhsa", "channel"],
    ["mlp/a/b", "mlp", "a/b"],
    ["/a", "/a", "/a"],
    ["a/", "a/", "a/"],
    ["", "", ""],
    ["注意/係数", "注意", "係数"],
    ["mlp/channel [epochs=7]", "mlp", "channel [epochs=7]"],
  ])("of %j nothing is lost", (name, component, scale) => {
    expect(rowName(name)).toEqual({ component, scale });
    expect(runFrame([madeUpRecord(name, 1, 0.5)]).values[0]).toEqual(expect.arrayContaining([name, component, scale]));
    expect(resultRows([madeUpRecord(name, 1, 0.5)])).toMatchObject([{ name, component, scale }]);
  });

  test("of any script stand in columns", () => {
    const lines = alignedTable(
      ["名前", "n"],
      [
        ["日本語", "1"],
        ["abc", "10"],
        ["e\u0301\n\u001b[31mx", "3"],
      ],
    ).split("\n");
    expect(lines).toEqual(["名前       n", "────────────", "日本語     1", "abc       10", "e\u0301 \ufffd[31mx   3"]);
    expect(lines.map(textColumns)).toEqual([12, 12, 12, 12, 12]);
  });
});
