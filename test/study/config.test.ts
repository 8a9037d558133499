import { describe, expect, test } from "vitest";
import { ConfigError } from "../../lib/base/errors";
import { studies } from "../../lib/study/presets";
import { parseStudyConfig } from "../../lib/study/study-config";
import { studyRuns } from "../../lib/study/study-runs";
import { parseRunConfig } from "../../lib/train/run-config";

const row = { component: "mlp", scale: "learned", binarize: { mlp: "learned" } };
const study = (changes: object) => ({ name: "mine", extends: "digits", rows: [row], ...changes });

test("a row may be named in any script, and gets a folder of its own", () => {
  const rows = ["注意機構", "MLP層"].map((component) => ({ ...row, component, scale: "係数-1" }));
  const parsed = parseStudyConfig(study({ rows }));
  expect(parsed.rows.map(({ name }) => name)).toEqual(["注意機構/係数-1", "MLP層/係数-1"]);
  const folders = studyRuns(parsed, [1], "out", "wasm+kernels").map(({ folder }) => folder);
  expect(new Set(folders).size).toBe(2);
  for (const folder of folders) expect(folder).toMatch(/^out.[\w+~.-]+$/);
  for (const component of ["<b>", "a/b", "", "a b", "..", "a\n"]) {
    expect(() => parseStudyConfig(study({ rows: [{ ...row, component }] }))).toThrow(
      "study.rows.0.component: expected letters, digits, +, -, _ and .",
    );
  }
});

describe("the quick study", () => {
  const quick = parseStudyConfig(studies.quick);

  test("is the grid of the report, and W1A32 for both", () => {
    expect(quick.rows.map(({ name }) => name)).toEqual([
      "float",
      "conv/unscaled",
      "conv/channel",
      "mlp/unscaled",
      "mlp/channel",
      "mhsa/unscaled",
      "mhsa/channel",
      "mlp+mhsa/unscaled",
      "mlp+mhsa/channel",
      "conv+mlp+mhsa/unscaled",
      "conv+mlp+mhsa/channel",
      "mlp+mhsa/channel-w1a32",
    ]);
  });

  test("changes nothing but what is binarized", () => {
    const digits = parseRunConfig({ extends: "digits" });
    for (const { config } of quick.rows) {
      expect({ ...config, model: { ...config.model, binarize: digits.model.binarize } }).toEqual(digits);
    }
    const both = quick.rows.find(({ name }) => name === "mlp+mhsa/unscaled")!.config.model.binarize;
    expect(both).toMatchObject({
      conv: "off",
      scores: "off",
      values: "off",
      qkv: { weight: { scale: "none" } },
      fc2: { weight: { scale: "none" } },
    });
  });

  test("gives every row and seed a folder of its own, which its configuration names", () => {
    const runs = studyRuns(quick, [1, 2], "out", "wasm+kernels");
    expect(new Set(runs.map(({ folder }) => folder)).size).toBe(24);
    expect(runs[0].folder).toMatch(/^out.float-s1-[0-9a-f]{8}$/);
    const longer = parseStudyConfig({ ...studies.quick, training: { epochs: 41 } });
    const others = studyRuns(longer, [1, 2], "out", "wasm+kernels").map(({ folder }) => folder);
    expect(others.some((folder) => runs.some((run) => run.folder === folder))).toBe(false);
  });
});

describe("a study", () => {
  test("has settings for all rows, which each row's binarize completes", () => {
    const parsed = parseStudyConfig(study({ model: { depth: 2 }, training: { epochs: 3 } }));
    expect(parsed.rows[0]).toMatchObject({ name: "mlp/learned", component: "mlp", scale: "learned" });
    expect(parsed.rows[0].config.model).toMatchObject({
      depth: 2,
      binarize: { fc1: { weight: { scale: "learned" } } },
    });
    expect(parsed.rows[0].config.training.epochs).toBe(3);
  });

  test.each([
    [study({ rows: [] }), "rows: expected array to have >=1 items, got []."],
    [study({ rows: undefined }), "rows: expected array, got nothing."],
    [study({ row: [] }), 'unknown key "row"'],
    [study({ name: "My study" }), 'name: expected lower-case letters, digits and hyphens, got "My study".'],
    [study({ extends: "nope" }), 'rows.0.extends: unknown preset "nope". Known: digits'],
    [study({ rows: [row, row] }), 'row "mlp/learned" stands twice'],
    [study({ rows: [{ ...row, binarize: { mlp: "learnt" } }] }), "rows.0.model.binarize.mlp: expected"],
    [study({ rows: [{ ...row, binarise: {} }] }), 'rows.0: unknown key "binarise"'],
    [study({ rows: [{ ...row, scale: undefined }] }), "rows.0.scale: expected string, got nothing."],
    [study({ rows: [{ ...row, component: "../../escape" }] }), "rows.0.component: expected letters, digits"],
    [study({ rows: [{ ...row, scale: "a/b" }] }), "rows.0.scale: expected letters, digits"],
    [study({ training: { epochs: 0 } }), "rows.0.training.epochs: expected number to be >=1, got 0."],
    [null, "expected an object, got null."],
  ])("%j is refused: %s", (input, message) => {
    expect(() => parseStudyConfig(input, "mine.json")).toThrow(ConfigError);
    expect(() => parseStudyConfig(input, "mine.json")).toThrow(message);
    expect(() => parseStudyConfig(input, "mine.json")).toThrow(/^mine.json/);
  });
});
