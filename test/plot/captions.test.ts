import { describe, expect, test } from "vitest";
import { diagnosisTable } from "../../lib/cli/diagnosis-tables";
import type { Diagnosis } from "../../lib/diagnose/diagnosis";
import { diagnosisFigures } from "../../lib/plot/diagnosis-figures";
import { keptFigures } from "../../lib/plot/kept-figures";
import { studyFigures } from "../../lib/plot/study-figures";
import { loadStudy } from "../../lib/study/records";
import type { RunRecord } from "../../lib/train/record";
import { madeUpRecord } from "../study/records";

const captionsOf = (records: readonly RunRecord[]) =>
  Object.fromEntries(Object.entries(studyFigures(records)).map(([name, { caption }]) => [name, caption]));
const recordsOf = (names: readonly string[], seeds = 1) =>
  names.flatMap((name) => Array.from({ length: seeds }, (_, i) => madeUpRecord(name, i + 1, 0.8)));

describe("a study's captions say what is so of its records", () => {
  test("the gap between unscaled and scaled, where it is", () => {
    const caption = (names: readonly string[]) => captionsOf(recordsOf(names))["accuracy-by-component"];
    expect(caption(["float", "mlp/unscaled", "mlp/channel"])).toBe(
      "Look at the gap between unscaled and scaled in each column: one seed.",
    );
    expect(caption(["float", "mlp/unscaled", "mlp/channel", "mhsa/channel"])).toBe(
      "Look at the gap between unscaled and scaled: one seed.",
    );
    expect(caption(["float", "mlp/tensor", "mlp/channel"])).toBe("One seed.");
  });

  test("how many seeds there are", () => {
    for (const [seeds, text] of [
      [1, "one seed"],
      [3, "3 seeds"],
    ] as const) {
      const captions = captionsOf(recordsOf(["float", "mlp/channel"], seeds));
      for (const name of ["training-curves", "training-loss", "bytes-against-accuracy"]) {
        expect(captions[name]?.toLowerCase()).toContain(text);
      }
    }
  });

  test("no test by eye, and no curve that a record need not have", () => {
    expect(captionsOf(recordsOf(["float", "mlp/channel"], 3))["accuracy-of-seeds"]).toContain("tests pair the seeds");
    expect(captionsOf(loadStudy("methods-cifar10"))["flip-share"]).toBe(
      "Signs at the end of each epoch against those at its start: one seed.",
    );
  });

  test("which rows have no training loss in nats of cross entropy", () => {
    const loss = captionsOf(loadStudy("recipe-cifar10"))["training-loss"];
    expect(loss).toContain("Of all/taught, all/wide, all/wider validation alone");
    expect(loss).toMatch(/ Of \d+ rows validation alone: labels were smoothed in training\./);
    const smoothed = captionsOf(loadStudy("methods-cifar10"))["training-loss"];
    expect(smoothed).toContain("Of all rows validation alone: labels were smoothed in training.");
    expect(captionsOf(loadStudy("methods"))["training-loss"]).not.toContain("validation alone");
  });
});

test("figures/ says how many photographs a study learns from", () => {
  for (const { folder, about } of keptFigures.filter(({ folder }) => folder.endsWith("-cifar10"))) {
    const [{ dataset }] = loadStudy(folder);
    expect({ folder, isSaid: about.includes("10,000 images") }).toEqual({ folder, isSaid: dataset.train === 10_000 });
  }
});

describe("a diagnosis", () => {
  const maps = {
    ...{ label: "3", answer: "3", image: { size: 2, channels: 1, maxValue: 16, pixels: "AAgQBA==" } },
    blocks: [{ block: 1, heads: [[0.7, 0.1, 0.1, 0.1]] }],
  };
  const diagnosisOf = (found: object): Diagnosis =>
    ({ runs: [{ name: "a" }, { name: "b" }], dataset: { name: "digits", test: 1 }, found }) as unknown as Diagnosis;

  test("names whose attention is drawn: models that average their tokens have no class token", () => {
    const drawn = (...queries: ("all" | undefined)[]) =>
      diagnosisFigures(diagnosisOf({ "attention-maps": queries.map((one) => ({ ...maps, queries: one })) }))[
        "attention-maps"
      ];
    const title = (...queries: ("all" | undefined)[]) => drawn(...queries).layout.meta?.title;
    expect(title(undefined, undefined)).toMatch(/^Where the class token looks/);
    expect(title("all")).toMatch(/^Where all tokens look, on average/);
    expect(title("all", undefined)).not.toContain("class token");
    expect(drawn(undefined, "all").caption).toContain("Of b the mean over all tokens, of the other the class token.");
  });

  test("says the same of chance in table and figure, two deviations", () => {
    const layer = { layer: "fc1", width: 0.1, flipped: 0.1, correlations: { clip: 0.3 }, chance: 0.125 };
    const rows = Array.from({ length: 4 }, () => layer);
    const found = diagnosisOf({ "gradient-mismatch": [rows, []] });
    expect(diagnosisTable("gradient-mismatch", found)).toContain(
      "±0.25 for a layer, ±0.13 for the mean, 95 times in 100",
    );
    const [band] = diagnosisFigures(found)["gradient-mismatch"].layout.shapes!;
    expect([band.x0, band.x1]).toEqual([-0.25, 0.25]);
  });
});
