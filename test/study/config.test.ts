import { describe, expect, test } from "vitest";
import { ConfigError } from "../../lib/base/errors";
import { studies } from "../../lib/study/presets/index";
import { selectRows } from "../../lib/study/select-rows";
import { parseStudyConfig } from "../../lib/study/study-config";
import { studyRuns } from "../../lib/study/study-runs";
import { parseRunConfig } from "../../lib/train/run-config";

const row = { component: "mlp", scale: "learned", binarize: { mlp: "learned" } };
const study = (changes: object) => ({ name: "mine", extends: "digits", rows: [row], ...changes });

test("a row may be named in any script, and gets a folder of its own", () => {
  const rows = ["注意機構", "MLP層"].map((component, i) => {
    return { ...row, component, scale: "係数-1", training: { epochs: 1 + i } };
  });
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

  test("has rows with settings of their own, over those of all", () => {
    const own = { ...row, model: { depth: 3 }, training: { epochs: 7 } };
    const parsed = parseStudyConfig(
      study({ model: { depth: 2, mlpDim: 32 }, training: { batchSize: 8 }, rows: [own] }),
    );
    expect(parsed.rows[0].config.model).toMatchObject({ depth: 3, mlpDim: 32 });
    expect(parsed.rows[0].config.training).toMatchObject({ epochs: 7, batchSize: 8 });
  });

  test("has rows that start from others or learn from them, of the same seed, in whatever order they stand", () => {
    const teacher = { component: "float", scale: "float", binarize: {} };
    const pupil = { ...row, training: { objective: { distillation: { teacher: "row:float" } } } };
    const last = { ...row, scale: "again", from: "mlp/learned" };
    const parsed = parseStudyConfig(study({ rows: [last, pupil, teacher] }));
    const runs = studyRuns(parsed, [1, 2], "out", "wasm+kernels");
    expect(runs.map(({ row: { name }, seed }) => `${name} ${seed}`)).toEqual([
      ...["mlp/again 1", "mlp/learned 1", "float 1"],
      ...["mlp/again 2", "mlp/learned 2", "float 2"],
    ]);
    expect(runs[3].needs).toEqual([runs[4]]);
    expect(runs[4].needs).toEqual([runs[5]]);
    expect(runs[3].config.training.from).toBe(runs[4].folder);
    expect(runs[4].config.training.objective.distillation.teacher).toBe(runs[5].folder);
    const longer = parseStudyConfig(study({ rows: [last, pupil, { ...teacher, training: { epochs: 26 } }] }));
    const others = studyRuns(longer, [1, 2], "out", "wasm+kernels");
    // Another teacher makes others of all that come from it.
    for (const [i, { folder }] of others.entries()) expect(folder).not.toBe(runs[i].folder);
  });

  test.each([
    [study({ rows: [] }), "rows: expected array to have >=1 items, got []."],
    [study({ rows: undefined }), "rows: expected array, got nothing."],
    [study({ row: [] }), 'unknown key "row"'],
    [study({ name: "My study" }), 'name: expected lower-case letters, digits and hyphens, got "My study".'],
    [study({ extends: "nope" }), 'rows.0.extends: unknown preset "nope". Known: digits'],
    [study({ rows: [row, row] }), 'row "mlp/learned" stands twice'],
    [
      study({ rows: [row, { ...row, scale: "twin", training: { batchSize: 64 } }] }), // as the preset has it
      'rows "mlp/learned" and "mlp/twin" are the same configuration. Leave one out.',
    ],
    [study({ rows: [{ ...row, binarize: { mlp: "learnt" } }] }), "rows.0.model.binarize.mlp: expected"],
    [study({ rows: [{ ...row, binarise: {} }] }), 'rows.0: unknown key "binarise"'],
    [study({ rows: [{ ...row, scale: undefined }] }), "rows.0.scale: expected string, got nothing."],
    [study({ rows: [{ ...row, component: "../../escape" }] }), "rows.0.component: expected letters, digits"],
    [study({ rows: [{ ...row, scale: "a/b" }] }), "rows.0.scale: expected letters, digits"],
    [
      study({ rows: [{ ...row, from: "mpl/learned" }] }),
      'needs "mpl/learned", which is no row. Did you mean mlp/learned?',
    ],
    [study({ rows: [{ ...row, from: "mlp/learned" }] }), '"mlp/learned" needs "mlp/learned". One of them has to'],
    [
      study({
        rows: [
          { ...row, from: "mlp/b" },
          { ...row, scale: "b", training: { objective: { distillation: { teacher: "row:mlp/learned" } } } },
        ],
      }),
      '"mlp/learned" needs "mlp/b" needs "mlp/learned". One of them',
    ],
    [
      study({ rows: [{ ...row, model: { binarize: {} } }] }),
      'rows.0.model.binarize: a row says this with its own "binarize"',
    ],
    [
      study({ rows: [{ ...row, from: "a", training: { from: "b" } }] }),
      "rows.0.training.from: a row says this with its own",
    ],
    [
      study({ training: { objective: {} } }),
      "rows.0.training.objective: expected at least one term, such as cross-entropy",
    ],
    [study({ training: { objective: { hinge: {} } } }), 'rows.0.training.objective: unknown key "hinge"'],
    [
      study({ training: { objective: { distillation: {} } } }),
      "rows.0.training.objective.distillation.teacher: expected string, got nothing.",
    ],
    [study({ training: { latentClip: 0 } }), "rows.0.training.latentClip: expected number to be >0, got 0."],
    [study({ training: { epochs: 0 } }), "rows.0.training.epochs: expected number to be >=1, got 0."],
    [null, "expected an object, got null."],
  ])("%j is refused: %s", (input, message) => {
    expect(() => parseStudyConfig(input, "mine.json")).toThrow(ConfigError);
    expect(() => parseStudyConfig(input, "mine.json")).toThrow(message);
    expect(() => parseStudyConfig(input, "mine.json")).toThrow(/^mine.json/);
  });
});

describe("a part of a study", () => {
  const staged = parseStudyConfig(
    study({
      rows: [
        row,
        { component: "float", scale: "float", binarize: {} },
        { component: "mlp", scale: "staged", binarize: { mlp: "channel" }, from: "float" },
      ],
    }),
  );

  test("has the rows that are named and those that they need, in the study's order", () => {
    expect(selectRows(staged, ["mlp/staged"]).rows).toEqual([staged.rows[1], staged.rows[2]]);
    expect(selectRows(staged, ["mlp/staged", "mlp/learned", "float"])).toEqual(staged);
  });

  test("does not take a name that is none", () => {
    expect(() => selectRows(staged, ["mlp/stage"])).toThrow(
      'mine has no row "mlp/stage". Did you mean mlp/staged? Rows: mlp/learned, float, mlp/staged.',
    );
  });
});
