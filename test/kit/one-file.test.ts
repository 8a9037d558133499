import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";

const lib = join(kitRoot(), "lib");
const sources = readdirSync(lib, { recursive: true, encoding: "utf8" })
  .map((name) => name.replaceAll("\\", "/"))
  .filter((name) => name.endsWith(".ts") && !/^(dist|node_modules|study\/presets)\//.test(name))
  .map((name) => ({ name, text: readFileSync(join(lib, name), "utf8") }));

/** Files that speak of something, in code or in words; studies are users, who name what they compare. */
const files = (...words: string[]) =>
  sources.filter(({ text }) => words.some((word) => text.includes(word))).map(({ name }) => name);

test.each([
  ["RSign and RPReLU", "binarize/methods/react-net.ts", ["react-net", "rsign", "rprelu", "reActNet"]],
  ["elastic binarization, {0, 1} for attention", "binarize/methods/bit.ts", ['"elastic"', './bit"']],
  ["a learned scale of outputs and positions", "binarize/methods/xnor-net-plus.ts", ["xnor-plus", "xnorNetPlus"]],
  ["the corrected scores", "binarize/methods/bvt-ima.ts", ["bvt-ima", "bvtIma"]],
  [
    "distillation",
    "train/objectives/distillation.ts",
    ['"distillation"', './distillation"', "objective.distillation", "temperature"],
  ],
  [
    "distillation of attention",
    "train/objectives/attention-distillation.ts",
    ["attention-distillation", "attentionDistillation"],
  ],
  ["weights drawn to ±1", "train/objectives/unit-weights.ts", ['"unit-weights"', './unit-weights"', "unitWeights"]],
])("%s: all of it in one file, and its line in the list", (_, file, words) => {
  expect(files(...words).filter((name) => name !== "verify/operations.ts")).toEqual(
    [file, posix.join(posix.dirname(file), "index.ts")].sort(),
  );
});

test("EDE: a slope in one file, its line in the list, and the method that uses it", () => {
  const expected = ["binarize/methods/ir-net.ts", "binarize/slopes/ede.ts", "binarize/slopes/index.ts"];
  expect(files("ede }", "ede,", '"ede"', "const ede")).toEqual(expected);
});

test("what runs a trained model names no method", () => {
  const methods = readdirSync(join(lib, "binarize", "methods")).map((name) => name.replace(".ts", ""));
  const named = methods.filter((name) => !["index", "bit", "unscaled"].includes(name));
  const below = sources.filter(({ name }) => /^(deploy|onnx|kernels|backend)\//.test(name));
  for (const { name, text } of below) {
    expect(
      named.filter((method) => text.includes(`"${method}"`) || text.includes(`methods/${method}`)),
      name,
    ).toEqual([]);
  }
});
