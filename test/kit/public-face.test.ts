import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as binvit from "binvit";
import { expect, test } from "vitest";
import { kitRoot } from "../../lib/base/kit-root";
import * as engine from "../../lib/engine";

test("the public names are these, and no other", () => {
  expect(Object.keys(binvit).sort()).toMatchInlineSnapshot(`
    [
      "BinvitError",
      "CancelledError",
      "ConfigError",
      "DataError",
      "DivergenceError",
      "FileError",
      "NotebookError",
      "Random",
      "TrainingError",
      "UsageError",
      "accuracyByComponent",
      "adamWStep",
      "addMethod",
      "applySettings",
      "attentionMaps",
      "attentionProbabilities",
      "bars",
      "batches",
      "benchGemm",
      "binarizable",
      "binarizeOperand",
      "binarizeProbabilities",
      "binarizeWeight",
      "binarizers",
      "binaryLinear",
      "binaryPatchEmbedding",
      "bytesAgainstAccuracy",
      "colorImage",
      "comparePacked",
      "createEngine",
      "createXnorGemm",
      "crossEntropy",
      "decodePackedModel",
      "decodeSafetensors",
      "encodePackedModel",
      "encodeSafetensors",
      "evaluate",
      "examine",
      "forward",
      "forwardWithIntermediates",
      "gelu",
      "grayImage",
      "imageGrid",
      "initialParameters",
      "inputQuantizer",
      "interleave",
      "interval",
      "joinHeads",
      "layerNorm",
      "learningRateAt",
      "linear",
      "lines",
      "liveCurve",
      "liveProgress",
      "loadDataset",
      "loadStudy",
      "methods",
      "newCellSignal",
      "numPatches",
      "numTokens",
      "onnxRuntime",
      "packModel",
      "packSigns",
      "parameterShapes",
      "parseBinarizer",
      "parseModelConfig",
      "parseRunConfig",
      "parseStudyConfig",
      "patchify",
      "places",
      "plotRows",
      "presets",
      "pseudoGradient",
      "readFloats",
      "readKernels",
      "readRecord",
      "readWeights",
      "resultFrame",
      "resultRows",
      "roofline",
      "runFrame",
      "scaleError",
      "scaleFactor",
      "selfAttention",
      "shares",
      "show",
      "showMarkdown",
      "showTable",
      "sign",
      "sizeBreakdown",
      "sizesOf",
      "slopes",
      "splitHeads",
      "spread",
      "steForms",
      "studies",
      "studyFigures",
      "summarize",
      "throughput",
      "timed",
      "toPng",
      "toSvg",
      "toTensors",
      "train",
      "trainInto",
      "trainingCurves",
      "unpackSigns",
      "use",
      "useBackend",
      "version",
      "weightHistogram",
      "weightLayers",
      "weightQuantizer",
      "xnorGemm",
    ]
  `);
});

test("binvit/engine has these, and no other", () => {
  expect(Object.keys(engine).sort()).toMatchInlineSnapshot(`
    [
      "BinvitError",
      "ConfigError",
      "DataError",
      "FileError",
      "createEngine",
      "decodePackedModel",
      "version",
    ]
  `);
});

test("the version is the same in the code, the packages, the lock, the citation and at the top of the changelog", () => {
  const read = (...path: string[]) => readFileSync(join(kitRoot(), ...path), "utf8");
  const lock = JSON.parse(read("package-lock.json"));
  const manifests = [JSON.parse(read("package.json")), JSON.parse(read("lib", "package.json"))];
  const versions = [...manifests, lock, lock.packages[""], lock.packages.lib].map((manifest) => manifest.version);
  expect(versions).toEqual(versions.map(() => binvit.version));
  expect(/^version: (.*)$/m.exec(read("CITATION.cff"))?.[1]).toBe(binvit.version);
  expect(/^## (.*)$/m.exec(read("CHANGELOG.md"))?.[1]).toBe(binvit.version);
});
