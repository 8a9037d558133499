import { expect, test } from "vitest";
import { testClaims } from "../../lib/study/claims";
import { pairedRows } from "../../lib/study/paired";
import { recordedRuns } from "../../lib/study/records";
import { studyNames } from "../../lib/study/study-names";
import type { RunRecord } from "../../lib/train/record";
import { madeUpRecord } from "./records";

const runs = (name: string, accuracies: readonly number[], firstSeed = 1) =>
  accuracies.map((accuracy, i) => madeUpRecord(name, firstSeed + i, accuracy));

const records = [
  ...runs("float", [0.98, 0.97, 0.99]),
  ...runs("mlp/unscaled", [0.8, 0.7, 0.9]),
  ...runs("mlp/channel", [0.85, 0.8, 0.91]),
  ...runs("mhsa/channel", [0.8, 0.9], 2),
  ...runs("mlp+mhsa/channel", [0.7, 0.6, 0.8]),
  ...runs("conv+mlp+mhsa/channel", [0.5, 0.4, 0.6]),
  ...runs("mlp+mhsa/channel-w1a32", [0.9, 0.9, 0.9]),
  ...runs("mlp+mhsa+attention/channel", [0.3]),
];
const asked = pairedRows(records).map(({ question, better, worse }) => `${question}: ${better} − ${worse}`);

test("asks what the report claims: scales, parts, inputs", () => {
  expect(asked).toEqual([
    "scale: mlp/channel − mlp/unscaled",
    "parts: mlp/channel − mlp+mhsa/channel",
    "parts: mhsa/channel − mlp+mhsa/channel",
    "parts: mlp+mhsa/channel − conv+mlp+mhsa/channel",
    "inputs: mlp+mhsa/channel-w1a32 − mlp+mhsa/channel",
  ]);
});

test("pairs by seed, and leaves out seeds that only one has", () => {
  const [scale, , parts] = pairedRows(records);
  expect(scale.values.map((value) => value.toFixed(3))).toEqual(["0.050", "0.100", "0.010"]);
  expect(scale.difference.mean).toBeCloseTo(0.16 / 3, 12);
  expect(parts.values.map((value) => value.toFixed(3))).toEqual(["0.200", "0.100"]); // seeds 2 and 3
});

test("compares with the channel scale where there is no unscaled row", () => {
  const some = [...runs("mlp/channel", [0.8, 0.9]), ...runs("mlp/bit", [0.9, 0.95])];
  expect(pairedRows(some).map(({ better, worse }) => [better, worse])).toEqual([["mlp/bit", "mlp/channel"]]);
});

test("compares only what differs in bits alone", () => {
  const [patch, conv] = [
    [
      ...runs("conv/channel", [0.8, 0.9]),
      ...runs("mlp+mhsa/unscaled", [0.1, 0.2]),
      ...runs("mlp+mhsa/channel", [0.7, 0.8]),
    ],
    runs("conv-stem+conv/channel", [0.9, 0.95]),
  ];
  const behindConv = conv.map(({ config, ...run }) => ({
    ...run,
    config: { ...config, model: { ...config.model, stem: "conv" as const } },
  }));
  const slower = runs("mlp+mhsa/channel-w1a32 [learningRate=0.007]", [0.9, 0.91]).map(({ config, ...run }) => ({
    ...run,
    config: { ...config, training: { ...config.training, learningRate: 7e-3 } },
  }));
  expect(
    pairedRows([...patch, ...behindConv, ...slower]).map(
      ({ question, better, worse }) => `${question}: ${better} − ${worse}`,
    ),
  ).toEqual(["scale: mlp+mhsa/channel − mlp+mhsa/unscaled"]);
});

test("a teacher is the same one, whichever of its seeds taught", () => {
  const taught = (name: string, firstSeed: number) =>
    runs(name, [0.8, 0.9, 0.85], firstSeed).map(({ config, ...run }): RunRecord => {
      const teacher = { name: "float", seed: run.seed, weightsSha256: `${run.seed}`, recipe: "a".repeat(64) };
      const distillation = { weight: 1, teacher: `runs/x/float-s${run.seed}` };
      const training = { ...config.training, objective: { ...config.training.objective, distillation } };
      return { ...run, config: { ...config, training }, origins: { "objective.distillation.teacher": teacher } };
    });
  const [found] = pairedRows([...taught("mlp/channel", 1), ...taught("mlp/unscaled", 2)]);
  expect(found?.values).toHaveLength(2); // seeds 2 and 3
});

test.each(studyNames)("the figure and the report's claims compare the same rows of %s", (study) => {
  const recorded = recordedRuns(study);
  const fasterUnscaled = recorded.map(({ config, ...run }): RunRecord => {
    const learningRate = run.name.endsWith("/unscaled") ? 0.1 : config.training.learningRate;
    return { ...run, config: { ...config, training: { ...config.training, learningRate } } };
  });
  for (const records of [recorded, fasterUnscaled]) {
    const drawn = new Map(pairedRows(records).map((one) => [`${one.better} − ${one.worse}`, one.difference]));
    for (const { pairs, comparisons } of testClaims(records)) {
      const tested = new Map(comparisons.map(({ pair, difference }) => [pair.join(" − "), difference]));
      for (const pair of pairs) expect(tested.get(pair.join(" − "))).toEqual(drawn.get(pair.join(" − ")));
    }
  }
});
