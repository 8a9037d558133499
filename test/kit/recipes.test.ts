import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import { runStudy } from "../../lib/study/run-study";
import { parseStudyConfig } from "../../lib/study/study-config";
import type { StudyEvent } from "../../lib/study/study-event";
import { studyRuns } from "../../lib/study/study-runs";
import type { RunRecord } from "../../lib/train/record";
import { readWeights } from "../../lib/train/run-folder";
import { listings, page } from "./changed-kit";

const text = page("recipes.md");
const [printed] = listings(text, "json");

/** The printed study with a smaller model, fewer images and epochs; rows stay as they are. */
const small = parseStudyConfig({
  ...JSON.parse(printed),
  dataset: { trainLimit: 64 },
  model: { embedDim: 8, depth: 1, numHeads: 2, mlpDim: 8 },
  training: { epochs: 2, warmupEpochs: 1 },
});

describe("the study of two stages", () => {
  const out = mkdtempSync(join(tmpdir(), "binvit-recipes-"));
  afterAll(() => rmSync(out, { recursive: true }));
  const events: StudyEvent[] = [];
  let records: readonly RunRecord[];
  beforeAll(async () => {
    const built = existsSync(join(kitRoot(), "lib", "dist", "cli", "main.js"));
    expect(built, "lib/dist is missing: run `npm run build` first").toBe(true);
    const signal = new AbortController().signal;
    const result = await runStudy(small, { seeds: [1], jobs: 2, out, signal, onEvent: (event) => events.push(event) });
    expect(result.failures).toEqual([]);
    records = result.records;
  }, 120_000);

  const at = (kind: StudyEvent["kind"], row: string) =>
    events.findIndex((event) => event.kind === kind && event.run.row.name === row);

  test("trains teacher, first and second stage one after the other", () => {
    const stages = ["float", "mlp+mhsa/1-bit-inputs", "mlp+mhsa/staged"];
    expect(records.map(({ name }) => name)).toEqual([...stages, "mlp+mhsa/channel"]);
    for (const row of stages) expect(at("started", row), row).toBeGreaterThanOrEqual(0);
    for (const [i, row] of stages.slice(1).entries()) {
      expect(at("started", row)).toBeGreaterThan(at("finished", stages[i]));
    }
  });

  test("records what each stage was made from", () => {
    const [float, first, second, plain] = records;
    const teacher = "objective.distillation.teacher";
    const named = ({ name, seed, weightsSha256 }: RunRecord) => ({ name, seed, weightsSha256 });
    expect(float.origins).toBeUndefined();
    expect(first.origins).toMatchObject({ from: named(float), [teacher]: named(float) });
    expect(second.origins).toMatchObject({ from: named(first), [teacher]: named(float) });
    expect(plain.origins).toBeUndefined();
    expect(second.config.model).toEqual(plain.config.model);
    expect(second.weightsSha256).not.toBe(plain.weightsSha256);
    expect(second.config.training).toMatchObject({ latentDecay: 0, latentClip: 1, warmupEpochs: 0 });
    expect(Object.keys(second.config.training.objective)).toEqual(["cross-entropy", "distillation", "unit-weights"]);
  });

  test("leaves weights within what the second stage cuts them to", () => {
    const { folder } = studyRuns(small, [1], out, "wasm+kernels").find(({ row }) => row.name === "mlp+mhsa/staged")!;
    const weights = readWeights(folder, records[2]);
    for (const [name, { data }] of Object.entries(weights).filter(([key]) => /fc\d\.weight|qkv\.weight/.test(key))) {
      expect(Math.max(...data.map(Math.abs)), name).toBeLessThanOrEqual(1);
    }
  });
});

test("stage one is 1-bit inputs on float weights, stage two both", () => {
  const { rows } = parseStudyConfig(JSON.parse(printed));
  const fc1 = rows.map(({ config }) => config.model.binarize.fc1);
  expect(fc1[0]).toBe("off");
  expect(fc1[1]).toMatchObject({ weight: "off", input: { quantizer: "sign" } });
  expect(fc1[2]).toMatchObject({ weight: { quantizer: "sign", scale: "channel" }, input: { quantizer: "sign" } });
  expect(fc1[2]).toEqual(fc1[3]);
});

const [, table] = text.split("| recipe |");
test.each([
  ["weights first", '"weight": "channel", "input": "off"', '"weight": "off", "input": "channel"'],
  ["a method", '"channel-w1a32"', '{ "weight": "off", "input": "channel" }'],
  ["hard labels", '"distillation": { "teacher": "row:float", "hard": true }', /"distillation": \{[^}]*\}/g],
  [
    "attention",
    '"attention-distillation": { "teacher": "row:float" }, "cross-entropy"',
    '"cross-entropy"',
    '"attention-distillation": { "teacher": "row:float" }',
  ],
  ["thresholds", '"react-net"', '"channel"'],
  [
    "an activation",
    '"model": { "activation": "rprelu" }, "from": "',
    '"from": "',
    '"model": { "activation": "rprelu" }',
  ],
])("the table's change is one that a study takes: %s", (_, change, of, said = change) => {
  expect(table.replaceAll("`", "")).toContain(said);
  const changed = printed.replaceAll(of, change);
  expect(changed).not.toBe(printed);
  expect(parseStudyConfig(JSON.parse(changed)).rows).toHaveLength(4);
});
