import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { kitRoot } from "../../lib/base/kit-root";
import { type Diagnosis, diagnose, sealDiagnosis } from "../../lib/diagnose/diagnosis";
import { readDiagnosis, writeDiagnosis } from "../../lib/diagnose/diagnosis-file";
import { diagnosticNames } from "../../lib/diagnose/names";
import { diagnosisFigures } from "../../lib/plot/diagnosis-figures";
import { smallSubjects } from "./subjects";

const folder = mkdtempSync(join(tmpdir(), "binvit-diagnosis-"));
const path = join(folder, "small.json");
let diagnosis: Diagnosis;

beforeAll(async () => {
  await useBackend("wasm");
  diagnosis = diagnose(await smallSubjects());
  writeDiagnosis(path, diagnosis);
});

afterAll(() => rmSync(folder, { recursive: true }));

test("says the same read again, empty bins included, and has the same figures", () => {
  expect(diagnosis.found.calibration![0].bins.some(({ accuracy }) => Number.isNaN(accuracy))).toBe(true);
  const again = readDiagnosis(path);
  expect(again).toEqual(diagnosis);
  expect(JSON.stringify(diagnosisFigures(again))).toBe(JSON.stringify(diagnosisFigures(diagnosis)));
  expect(Object.keys(again.found)).toEqual(diagnosticNames);
});

test("names what was looked at", async () => {
  const { runs, dataset, environment } = readDiagnosis(path);
  const [{ record, dataset: data }] = await smallSubjects();
  expect(runs[0]).toEqual({ name: "binary", row: "binary", seed: 1, weightsSha256: record.weightsSha256 });
  expect(runs.map(({ name }) => name)).toEqual(["binary", "float"]);
  expect(dataset).toEqual({ name: "digits", sha256: data.sha256, test: 50 });
  expect(environment.arithmetic).toBe("wasm+kernels");
});

test("is the same one diagnostic after the other", async () => {
  const subjects = await smallSubjects();
  const some = ["calibration", "gradient-mismatch"] as const;
  const first = diagnose(subjects, ["calibration"]);
  expect(first.slopes).toBeUndefined();
  expect(diagnose(subjects, ["gradient-mismatch"], first)).toEqual(diagnose(subjects, some));
});

test.each([
  ["depths", { binary: { depth: 2, binarize: { mlp: "channel" } }, float: { depth: 1, binarize: {} } }],
  ["stems", { float: { stem: "conv", binarize: {} }, binary: { binarize: { conv: "channel" } } }],
])(
  "of models of other %s the loss is sliced along the layers that each has, and the caption says so",
  async (_, models) => {
    const subjects = await smallSubjects(models);
    const sliced = diagnose(subjects, ["loss-slice"]);
    for (const { loss, ...finding } of sliced.found["loss-slice"]!) {
      expect(finding).toMatchObject({ moved: "binarized", direction: "own" });
      expect(new Set(loss).size).toBeGreaterThan(10);
    }
    writeDiagnosis(join(folder, "unlike.json"), sliced);
    const { caption } = diagnosisFigures(readDiagnosis(join(folder, "unlike.json")))["loss-slice"];
    expect(caption).toContain("The models' layers differ, so that each goes along a random direction of its own");
    expect(diagnosisFigures(diagnosis)["loss-slice"].caption).toContain("Both go along one random direction");
  },
);

test("that of the kit is small", () => {
  const kept = join(kitRoot(), "data", "diagnoses", "digits.json");
  expect(readFileSync(kept).length).toBeLessThan(60_000);
  expect(Object.keys(readDiagnosis(kept).found)).toEqual(diagnosticNames);
});

describe("a file", () => {
  const changed = (change: (diagnosis: ReturnType<typeof JSON.parse>) => void, isSealed = true) => {
    const value = JSON.parse(readFileSync(path, "utf8"));
    change(value);
    const place = join(folder, "changed.json");
    writeFileSync(place, JSON.stringify(isSealed ? sealDiagnosis(value) : value));
    return () => readDiagnosis(place);
  };

  test("whose numbers were changed is noticed", () => {
    expect(
      changed((value) => {
        value.found.calibration[1].error = 0.01;
      }, false),
    ).toThrow(/changed\.json was changed after it was written: its SHA-256/);
  });

  test.each<[string, (value: ReturnType<typeof JSON.parse>) => void, RegExp]>([
    [
      "of something else",
      (value) => Object.assign(value, { schema: "binvit.run/3" }),
      /it\.schema: expected "binvit\.diag/,
    ],
    ["without runs", (value) => Object.assign(value, { runs: [] }), /it\.runs: /],
    [
      "with a finding too few",
      (value) => value.found.calibration.pop(),
      /calibration: expected 2 entries, one a run, got 1/,
    ],
    [
      "with a share of 2",
      (value) => Object.assign(value.found.calibration[0], { error: 2 }),
      /calibration\.0\.error: /,
    ],
    [
      "with an unknown diagnostic",
      (value) => Object.assign(value.found, { calibrations: [] }),
      /Did you mean "calibration"\?/,
    ],
    [
      "with a slice cut short",
      (value) => value.found["loss-slice"][0].loss.pop(),
      /0\.loss: expected 41 entries, got 40/,
    ],
    ["without slopes", (value) => delete value.slopes, /it\.slopes: expected them/],
    [
      "with other slopes in one layer",
      (value) => delete value.found["gradient-mismatch"][0][1].correlations.clip,
      /gradient-mismatch\.0\.1: expected the slopes that its first layer has\./,
    ],
    [
      "with maps that are no squares",
      (value) => value.found["attention-maps"][1].blocks[0].heads[0].pop(),
      /attention-maps\.1\.blocks: expected 2 squares of 15 patches/,
    ],
    [
      "with half an image",
      (value) => Object.assign(value.found["attention-maps"][0].image, { pixels: "AAAA" }),
      /image\.pixels: expected 64 bytes, got 3/,
    ],
  ])("%s is refused, and says why", (_, change, message) => {
    expect(changed(change)).toThrow(message);
    expect(changed(change)).toThrow(
      /^\S+changed\.json is not a diagnosis of this version\. .* `binvit diagnose RUN --json/,
    );
  });
});
