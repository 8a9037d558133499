import type { PixelStatistics } from "../data/normalization";
import { mostShifts, shiftProblem } from "../vit/config";
import type { PackedConfig } from "./packed-config";
import type { Origin } from "./packed-model";
import { finite, listOf, oneOf, positive, type Rule, record, text, unlessFloat, whole, wholeFrom } from "./rules";
import { tooManySigns } from "./too-many-signs";

// The texts of a packed file's metadata, JSON each. A file is written with everything in it, nothing left to a default,
// so this is stricter than `parseModelConfig`, which reads what people write.

const count = oneOf("none", "one", "each");

const layer = record({
  inputs: oneOf("float", "signs"),
  alpha: count,
  threshold: count,
  factor: oneOf("none", "token", "position"),
});

const form = unlessFloat(layer);

const scores = record({ threshold: count, factor: oneOf("none", "token"), correction: oneOf("none", "table") });

const values = record({
  levels: wholeFrom(1, 16),
  share: oneOf("none", "each"),
  factor: oneOf("constant", "kept"),
  threshold: count,
  scale: oneOf("none", "one"),
});

const size = wholeFrom(1, 65_536); // far above anything that would fit into memory

const model = record({
  imageSize: size,
  patchSize: size,
  channels: size,
  embedDim: size,
  depth: size,
  numHeads: size,
  mlpDim: size,
  numClasses: wholeFrom(2, Number.MAX_SAFE_INTEGER),
  stem: oneOf("patch", "conv"),
  pooling: oneOf("class-token", "mean"),
  normEpsilon: positive,
  shift: listOf(size, mostShifts, 0),
  activation: oneOf("gelu", "relu", "knee"),
  layers: record({ conv: form, conv2: form, qkv: form, projection: form, fc1: form, fc2: form }, ["conv2"]),
  scores: unlessFloat(scores),
  values: unlessFloat(values),
});

const run = record({
  name: text,
  seed: whole,
  dataset: record({ name: text, trainLimit: whole, sha256: text }, ["trainLimit"]),
});

/** Says that something in a file is wrong, and ends its reading. */
export type Fail = (problem: string) => never;

/** @returns the text `model`, checked */
export function readModel(metadata: Record<string, string>, fail: Fail): PackedConfig {
  const config = read(metadata, "model", model, fail) as PackedConfig;
  divides(fail, "imageSize", config.imageSize, "patchSize", config.patchSize);
  divides(fail, "embedDim", config.embedDim, "numHeads", config.numHeads);
  const problem = shiftProblem(config);
  if (problem) fail(`model.shift: ${problem}`);
  checkStem(fail, config);
  const tooMany = tooManySigns(config);
  if (tooMany) fail(tooMany);
  return config;
}

/** @returns the text `run`, checked */
export const readOrigin = (metadata: Record<string, string>, fail: Fail): Origin =>
  read(metadata, "run", run, fail) as Origin;

/** @returns the text `pixels`, checked, if there is one */
export function readPixels(
  metadata: Record<string, string>,
  { channels }: PackedConfig,
  fail: Fail,
): PixelStatistics | undefined {
  if (metadata.pixels === undefined) return undefined;
  const fields = { maxValue: wholeFrom(1, 255), mean: listOf(finite, channels), std: listOf(positive, channels) };
  return read(metadata, "pixels", record(fields), fail) as PixelStatistics;
}

/** @returns the text `classNames`, checked, if there is one */
export function readClassNames(
  metadata: Record<string, string>,
  { numClasses }: PackedConfig,
  fail: Fail,
): readonly string[] | undefined {
  if (metadata.classNames === undefined) return undefined;
  return read(metadata, "classNames", listOf(text, numClasses), fail) as readonly string[];
}

function read(metadata: Record<string, string>, key: string, expected: Rule, fail: Fail): unknown {
  let value: unknown;
  try {
    value = JSON.parse(metadata[key] ?? "null");
  } catch {
    return fail(`its metadata "${key}" is not JSON`);
  }
  const problem = expected(value, key);
  return problem ? fail(problem) : value;
}

function checkStem(fail: Fail, { stem, patchSize, embedDim, layers }: PackedConfig): void {
  if ("conv2" in layers !== (stem === "conv")) {
    fail(`model.layers must have conv2 with stem "conv" and only there, got stem "${stem}"`);
  }
  if (stem === "patch") return;
  if (![1, 2, 4].includes(patchSize)) fail(`model.patchSize must be 1, 2 or 4 with stem "conv", got ${patchSize}`);
  divides(fail, "embedDim", embedDim, "channels between two convolutions,", 2);
}

function divides(fail: Fail, name: string, value: number, byName: string, by: number): void {
  if (value % by !== 0) fail(`model.${name} must be a multiple of ${byName}, got ${value} and ${by}`);
}
