import { beforeAll, describe, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import {
  chosenRows,
  commandOf,
  isSame,
  labelOf,
  type RecordRow,
  reached,
  scatterPoint,
} from "../../site/browser/records/rows";
import { recordRows } from "../../site/make/record-rows";

describe("the records as the page has them", () => {
  let rows: RecordRow[];
  beforeAll(() => {
    rows = recordRows(kitRoot());
  });
  const everything = { data: "digits", study: "", component: "", text: "" };

  test("every recorded study is there, with what its table says", () => {
    expect(new Set(rows.map(({ study }) => study)).size).toBeGreaterThanOrEqual(5);
    const row = rows.find(({ study, name }) => study === "report" && name === "mlp+mhsa/learned")!;
    expect(row).toMatchObject({
      data: "digits",
      component: "mlp+mhsa",
      scale: "learned",
      seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    });
    expect([row.mean, row.low, row.high].map((value) => value.toFixed(1))).toEqual(["93.3", "92.2", "94.4"]);
    expect(row.curve).toHaveLength(25);
    expect(JSON.stringify(rows).length).toBeLessThan(200_000);
  });

  test("what a row saw in its training is there, since studies differ in it", () => {
    const seen = (study: string, name: string) => {
      const { images, epochs } = rows.find((row) => row.study === study && row.name === name)!;
      return [images, epochs];
    };
    expect(seen("best-1-bit-cifar10", "float/long")).toEqual([45_000, 40]);
    expect(seen("report-cifar10", "float")).toEqual([45_000, 5]);
    expect(seen("recipe-cifar10", "float")).toEqual([10_000, 5]);
  });

  test("filters leave what they name, the best first; what several studies share is there once", () => {
    const all = chosenRows(rows, everything);
    expect(all.filter(({ name, seeds }) => name === "float" && seeds.length === 10)).toHaveLength(1);
    expect(all.map(({ mean }) => mean)).toEqual(all.map(({ mean }) => mean).sort((a, b) => b - a));
    const quick = chosenRows(rows, { ...everything, study: "quick", component: "mhsa", text: " CHANNEL " });
    expect(quick.map(({ name }) => name)).toEqual(["mhsa/channel"]);
    expect(chosenRows(rows, { ...everything, data: "cifar10" }).every(({ data }) => data === "cifar10")).toBe(true);
    expect(chosenRows(rows, { ...everything, text: "no such" })).toEqual([]);
  });

  test("rows of one name are told apart by their studies, and one seed has no interval", () => {
    const row = rows.find(({ study, name }) => study === "quick" && name === "float")!;
    const shared = { ...row, study: "other" };
    const own = { ...shared, seeds: [1, 2], mean: 90, low: 88.26, high: 91.7, bytes: 12_345 };
    expect([isSame(row, shared), isSame(row, own)]).toEqual([true, false]);
    expect(labelOf(row, [row, shared])).toBe("float");
    expect([labelOf(row, [own, row]), labelOf(own, [own, row])]).toEqual(["float (quick)", "float (other)"]);
    expect(reached(own)).toBe("90.0% (88.3 … 91.7), 12.3 kB, 25 epochs of 1,257 images, 2 seeds");
    expect(reached({ ...own, seeds: [7], low: 90, high: 90 })).toBe(
      "90.0%, 12.3 kB, 25 epochs of 1,257 images, 1 seed",
    );
  });

  test("a command trains a row's seeds again, and a point stands within its picture", () => {
    const row = rows.find(({ study, name }) => study === "quick" && name === "mlp/channel")!;
    expect(commandOf(row)).toBe("npx binvit study quick --rows mlp/channel --seeds 1-10");
    expect(commandOf({ ...row, seeds: [3] })).toMatch(/--seeds 3$/);
    expect(commandOf({ ...row, seeds: [1, 4] })).toMatch(/--seeds 1,4$/);
    for (const one of rows) {
      const [x, y] = scatterPoint(one, rows, 100, 50);
      expect(x > 0 && x < 100 && y >= 0 && y <= 50, one.name).toBe(true);
    }
  });
});
