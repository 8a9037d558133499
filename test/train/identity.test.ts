import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { kitRoot } from "../../lib/base/kit-root";
import { withoutDefaults } from "../../lib/base/without-defaults";
import { studies } from "../../lib/study/presets/index";
import { parseStudyConfig } from "../../lib/study/study-config";
import { studyRuns } from "../../lib/study/study-runs";
import { findFolder } from "../../lib/train/find-folder";
import { recipeOf, recordIdentity, revisionsOf, runIdentity } from "../../lib/train/identity";
import { terms } from "../../lib/train/objectives/index";
import { parseRecord } from "../../lib/train/parse-record";
import type { RunRecord } from "../../lib/train/record";
import type * as essential from "../../lib/vit/essential";
import { modelRevisions } from "../../lib/vit/essential";
import { madeUpRecord } from "../study/records";
import { smallRun } from "./small-run";

vi.mock("../../lib/vit/essential", async (importOriginal) => {
  const original = await importOriginal<typeof essential>();
  return { ...original, modelRevisions: vi.fn(() => ({})) };
});

const id = (training: Record<string, unknown> = {}, origins = {}) =>
  runIdentity(smallRun({ training }), 1, "wasm+kernels", origins);
const distilled = (teacher: string, more = {}) => ({ objective: { distillation: { teacher, ...more } } });
const teacherIs = (sha256: string) => ({ "objective.distillation.teacher": sha256 });

describe("what is left of a value without its defaults", () => {
  const schema = z.strictObject({
    size: z.int(),
    form: z.enum(["a", "b"]).default("a"),
    inner: z.strictObject({ on: z.boolean().default(false), at: z.number().default(1) }).optional(),
    list: z.array(z.number()).default([1, 2]),
  });

  test.each([
    [{ size: 1, form: "a", list: [1, 2] }, { size: 1 }],
    [
      { size: 1, form: "b", list: [2, 1] },
      { size: 1, form: "b", list: [2, 1] },
    ],
    [
      { size: 1, form: "a", inner: { on: true, at: 1 } },
      { size: 1, inner: { on: true } },
    ],
    [
      { size: 1, inner: { on: false, at: 1 }, form: undefined },
      { size: 1, inner: {} },
    ],
    [
      { size: 1, unknown: { form: "a" } },
      { size: 1, unknown: { form: "a" } },
    ],
  ])("%j is %j", (value, expected) => {
    expect(withoutDefaults(schema, value)).toEqual(expected);
  });
});

describe("a run's identity", () => {
  test("is not changed by a field at its default", () => {
    for (const same of [
      { objective: { "cross-entropy": {} } },
      { latentClip: "off" },
      { latentDecay: smallRun().training.weightDecay },
    ]) {
      expect(id(same), JSON.stringify(same)).toBe(id());
    }
    const teacher = teacherIs("a");
    expect(id(distilled("t", { temperature: 1, hard: false }), teacher)).toBe(id(distilled("t"), teacher));
  });

  test("is changed by every other value", () => {
    const all = [
      id(),
      id({ objective: { "cross-entropy": { weight: 2 } } }),
      id({ objective: { "cross-entropy": {}, "unit-weights": {} } }),
      id({ objective: { "cross-entropy": {}, "unit-weights": { from: 0.5 } } }),
      id(distilled("t"), teacherIs("a")),
      id(distilled("t", { temperature: 2 }), teacherIs("a")),
      id({ latentClip: 1 }),
      id({ latentDecay: 0 }),
      id({ from: "t" }, { from: "a" }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test("knows other runs by their weights, wherever they lie", () => {
    expect(id(distilled("here"), teacherIs("a"))).toBe(id(distilled("there"), teacherIs("a")));
    expect(id(distilled("here"), teacherIs("b"))).not.toBe(id(distilled("here"), teacherIs("a")));
    expect(id({ from: "here" }, { from: "a" })).toBe(id({ from: "there" }, { from: "a" }));
    expect(id({ from: "here" }, { from: "b" })).not.toBe(id({ from: "here" }, { from: "a" }));
    expect(() => id({ from: "here" })).toThrow("training.from: nothing is known of the run in here.");
  });

  test("is changed by a revision of what it uses, and of nothing else", () => {
    const [before, withUnits] = [id(), id({ objective: { "unit-weights": {} } })];
    const units = terms.find(({ name }) => name === "unit-weights") as { revision: number };
    units.revision = 2;
    try {
      expect(id()).toBe(before);
      expect(id({ objective: { "unit-weights": {} } })).not.toBe(withUnits);
      expect(revisionsOf(smallRun({ training: { objective: { "unit-weights": {} } } }))).toEqual({
        "objective.unit-weights": 2,
      });
    } finally {
      units.revision = 1;
    }
    vi.mocked(modelRevisions).mockReturnValueOnce({ "weight/sign": 2 });
    expect(id()).not.toBe(before);
    expect(id()).toBe(before);
  });

  test("of a record is that of the revisions with which it was made", () => {
    const record = madeUpRecord("float", 1, 0.9);
    expect(recordIdentity(record)).toBe(runIdentity(record.config, 1, "wasm+kernels"));
    expect(recordIdentity({ ...record, revisions: { "weight/sign": 2 } })).not.toBe(recordIdentity(record));
  });
});

test("a recipe is the same for all seeds, of the run and of those that it was made from", () => {
  const made = (seed: number, weights: string, recipe: string): RunRecord => ({
    ...madeUpRecord("two", seed, 0.9),
    config: smallRun({ training: { from: `runs/one-s${seed}` } }),
    origins: { from: { name: "one", seed, weightsSha256: weights, recipe } },
  });
  expect(recipeOf(made(1, "a", "r"))).toBe(recipeOf(made(2, "b", "r")));
  expect(recipeOf(made(1, "a", "other"))).not.toBe(recipeOf(made(1, "a", "r")));
  expect(recordIdentity(made(1, "a", "r"))).not.toBe(recordIdentity(made(1, "b", "r")));
});

describe("runs that were finished by the version before", () => {
  const folder = join(kitRoot(), "data", "results", "quick");
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const read = (name: string) => parseRecord(JSON.parse(readFileSync(join(folder, name), "utf8")), name);
  const quick = parseStudyConfig(studies.quick);

  test("are those that the quick study would make", () => {
    expect(files).toHaveLength(120);
    for (const record of files.map(read)) {
      const row = quick.rows.find(({ name }) => name === record.name)!;
      expect(recordIdentity(record)).toBe(runIdentity(row.config, record.seed, record.environment.arithmetic));
    }
  });

  test("are found in the folders that it named in another way", () => {
    const out = mkdtempSync(join(tmpdir(), "binvit-earlier-"));
    try {
      const [earlier, other] = [join(out, "mlp-channel-s1-0123abcd"), join(out, "mlp-channel-s1-00000000")];
      cpSync(join(folder, "mlp-channel-s1.json"), join(earlier, "record.json"));
      cpSync(join(folder, "mlp-unscaled-s1.json"), join(other, "record.json"));
      const runs = studyRuns(quick, [1, 2], out, "wasm+kernels").filter(({ row }) => row.name === "mlp/channel");
      expect(runs[0].folder).toBe(earlier);
      expect(runs[1].folder).not.toBe(earlier);
      const identity = runIdentity(runs[0].config, 1, "wasm+kernels");
      expect(findFolder(out, "mlp-channel-s1", identity)).toBe(earlier);
      expect(findFolder(out, "mlp-channel", identity)).toBe(join(out, `mlp-channel-${identity.slice(0, 8)}`));
    } finally {
      rmSync(out, { recursive: true });
    }
  });
});
