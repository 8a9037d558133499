import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dataToEvaluate } from "../../lib/cli/finished-run";
import { datasets } from "../../lib/data/sets";
import { parseModelConfig } from "../../lib/vit/parse-config";

// The digits are quickly read; that a run on fashion has their image size is made up.
const { classNames } = datasets["fashion-mnist"];
const trained = { config: { name: "fashion-mnist" }, sha256: "", mean: [0.4], std: [0.1], classNames } as const;
const model = parseModelConfig({
  ...{ imageSize: 8, channels: 1, patchSize: 2, embedDim: 8, depth: 1, numHeads: 2, mlpDim: 8, numClasses: 10 },
});

let output: string[];
beforeEach(() => {
  output = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void output.push(line));
});
afterEach(() => vi.restoreAllMocks());

test("other data are normalized with the statistics of the run, and classes of other names are pointed out", async () => {
  const data = await dataToEvaluate(model, trained, { dataset: "digits" });
  expect(data).toMatchObject({ name: "digits", maxValue: 16, mean: trained.mean, std: trained.std });
  expect(output).toEqual([
    'The classes of digits are not those of fashion-mnist: "0" counts as "T-shirt", and so on by number.',
  ]);
});

test("a folder for data that come with the kit is refused", async () => {
  const evaluated = dataToEvaluate(model, trained, { dataset: "digits", folder: "elsewhere" });
  await expect(evaluated).rejects.toThrow("--folder: digits comes with the kit and lies in no folder. Leave it out.");
});

test("data with another number of classes or another image size are refused", async () => {
  const evaluate = (changes: object) => dataToEvaluate({ ...model, ...changes }, trained, { dataset: "digits" });
  await expect(evaluate({ numClasses: 9 })).rejects.toThrow("model.numClasses is 9, but digits has 10");
  await expect(evaluate({ imageSize: 28 })).rejects.toThrow(
    "model.imageSize is 28, but digits has 8. The model is trained: choose data of its imageSize.",
  );
  expect(output).toEqual([]);
});
