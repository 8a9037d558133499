import { expect, test } from "vitest";
import { didYouMean, nearest } from "../../lib/base/suggest";

const known = ["epochs", "batchSize", "learningRate", "off", "digits", "mnist", "fashion-mnist"];

test.each([
  ["epoch", "epochs"],
  ["EPOCHS", "epochs"],
  ["bacthSize", "batchSize"],
  ["learning_rate", "learningRate"],
  ["learning", "learningRate"],
  ["of", "off"],
  ["digts", "digits"],
  ["mnits", "mnist"],
  ["x", undefined],
  ["", undefined],
  ["imagenet", undefined],
  ["x".repeat(100_000), undefined],
])("%.20s: %s", (word, meant) => {
  expect(nearest(word, known)).toBe(meant);
});

test("nothing is said where nothing is near", () => {
  expect(didYouMean("digts", known)).toBe(" Did you mean digits?");
  expect(didYouMean("xyzzy", known)).toBe("");
});
