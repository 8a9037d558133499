import { expect, test } from "vitest";
import { parseRunConfig } from "../../lib/train/run-config";
import { axisEnd, chartPoint, chartPoints } from "../../site/browser/line-chart";
import {
  type Choice,
  commandOf,
  fileNameOf,
  firstChoice,
  isComplete,
  runInput,
  type ScaleName,
  scales,
  slopes,
} from "../../site/browser/training/choices";

const configOf = (choice: Partial<Choice>) => parseRunConfig(runInput({ ...firstChoice, ...choice }));

test("every choice of the page is a configuration, and says what was chosen", () => {
  for (const scale of Object.keys(scales) as ScaleName[]) {
    for (const slope of Object.keys(slopes) as Choice["slope"][]) {
      for (const floatInputs of [false, true]) {
        const { model, training } = configOf({ scale, slope, floatInputs, epochs: 7, parts: ["mlp"] });
        expect(training.epochs).toBe(7);
        expect(model.binarize.qkv).toBe("off");
        const { fc1 } = model.binarize;
        if (fc1 === "off" || fc1.weight === "off") throw new Error(`${scale} ${slope} is not binarized`);
        expect(fc1.weight).toMatchObject({ quantizer: "sign", scale, slope });
        expect(fc1.input === "off").toBe(floatInputs);
        if (fc1.input !== "off") expect(fc1.input).toMatchObject({ slope });
      }
    }
  }
});

test("nothing in bits is the float model; the short names are those of the recorded studies", () => {
  expect(configOf({ parts: [] })).toEqual(parseRunConfig({ extends: "digits" }));
  expect(runInput(firstChoice).model).toEqual({ binarize: { mlp: "channel", mhsa: "channel" } });
  expect(runInput({ ...firstChoice, scale: "none" }).model).toEqual({
    binarize: { mlp: "unscaled", mhsa: "unscaled" },
  });
});

test("the command trains the same", () => {
  expect(commandOf(firstChoice)).toBe(
    "npx binvit train digits --set model.binarize.mlp=channel --set model.binarize.mhsa=channel --seed 1",
  );
  const chosen: Choice = { ...firstChoice, parts: ["conv"], slope: "ede", epochs: 9, seed: 4 };
  const set = /--set model\.binarize\.conv='(.*)' --set training\.epochs=9 --seed 4$/.exec(commandOf(chosen))?.[1];
  expect(JSON.parse(set!)).toEqual(runInput(chosen).model?.binarize?.conv);
});

test("a form whose numbers cannot be trained with has no command", () => {
  expect(isComplete(firstChoice)).toBe(true);
  for (const odd of ["", 2, 201, 4.5, Number.NaN] as number[])
    expect(isComplete({ ...firstChoice, epochs: odd })).toBe(false);
  for (const odd of ["", -1, 1e6, 0.5] as number[]) expect(isComplete({ ...firstChoice, seed: odd })).toBe(false);
  expect(isComplete({ ...firstChoice, epochs: 3, seed: 0 })).toBe(true);
});

test("a model's file is named by what of it is bits", () => {
  expect(fileNameOf(firstChoice)).toBe("mlp-mhsa.binvit.safetensors");
  expect(fileNameOf({ ...firstChoice, parts: [] })).toBe("float.binvit.safetensors");
});

test("a chart's points are in its frame, its axis ends at 1, 2 or 5 times a power of ten", () => {
  const frame = { left: 10, top: 20, width: 100, height: 50 };
  expect(chartPoint(frame, 5, 100, 1, 0)).toEqual([10, 70]);
  expect(chartPoint(frame, 5, 100, 5, 100)).toEqual([110, 20]);
  expect(chartPoint(frame, 1, 100, 1, 250)).toEqual([10, 20]);
  expect(chartPoints(frame, 3, 10, [0, 5])).toBe("10,70 60,45");
  expect([[0.3], [1.2, 0.4], [4], [7], [20]].map((values) => axisEnd(values, 0.1))).toEqual([0.5, 2, 5, 10, 20]);
  expect(axisEnd([], 1)).toBe(1);
});
