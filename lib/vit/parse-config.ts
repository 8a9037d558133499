import { z } from "zod";
import { ConfigError } from "../base/errors";
import { parseWith, type Written } from "../base/parse-with";
import { activations } from "../binarize/activations/index";
import { methods } from "../binarize/methods/index";
import { type ModelConfig, mostShifts, shiftProblem } from "./config";
import { binarizeFields, resolveBinarize } from "./parse-binarize";
import { checkParameters } from "./size-limit";

const count = z.int().min(1).max(65_536); // with sizes that fit into memory; `checkParameters` knows which do

const makeFields = () =>
  z.strictObject({
    imageSize: count,
    patchSize: count,
    channels: count,
    embedDim: count,
    depth: z.int().min(1).max(1024), // every block is dozens of tensors, whatever their size
    numHeads: count,
    mlpDim: count,
    numClasses: z.int().min(2).max(65_536),
    stem: z.enum(["patch", "conv"]).default("patch"),
    pooling: z.enum(["class-token", "mean"]).default("class-token"),
    normEpsilon: z.number().positive().default(1e-6),
    shift: z.array(z.int().min(1).max(65_536)).max(mostShifts).readonly().default([]),
    activation: z.enum(Object.keys(activations())).default("gelu"),
    binarize: binarizeFields().default({}),
  });

let made: { readonly names: string; readonly fields: ReturnType<typeof makeFields> } | undefined;

/** What a model's configuration may say; made anew, which takes a millisecond, only where methods were added. */
export function modelFields(): ReturnType<typeof makeFields> {
  const names = [methods, activations()].map((known) => Object.keys(known).join()).join(";");
  if (made?.names !== names) made = { names, fields: makeFields() };
  return made.fields;
}

/** A model as it is written in a file: groups and names allowed in `binarize`. */
export type ModelInput = z.input<ReturnType<typeof modelFields>>;

/**
 * Reads a model's configuration: fills defaults, resolves names and groups, checks ranges and divisibility.
 *
 * In `binarize`, `mlp` stands for fc1 and fc2, `mhsa` for qkv and projection (the scores stay float unless they are
 * named); a single layer given beside its group wins over the group.
 *
 * @param input - parsed JSON
 * @param where - what to call it in messages, e.g. a file name
 * @returns the complete configuration
 * @throws ConfigError if a key is unknown, a value is out of range, sizes do not divide or no memory could hold them
 */
export function parseModelConfig(input: Written<ModelInput>, where = "model"): ModelConfig {
  const { binarize, ...sizes } = parseWith(modelFields(), input, where);
  divides(where, "imageSize", sizes.imageSize, "patchSize", sizes.patchSize);
  divides(where, "embedDim", sizes.embedDim, "numHeads", sizes.numHeads);
  if (sizes.stem === "conv") checkStem(sizes, where);
  const problem = shiftProblem(sizes);
  if (problem) throw new ConfigError(`${where}.shift: ${problem}.`);
  const { neverNegative } = activations()[sizes.activation];
  const model = { ...sizes, binarize: resolveBinarize(binarize, `${where}.binarize`, neverNegative) };
  checkParameters(model, where);
  return model;
}

/** @throws ConfigError if two convolutions of stride 1 or 2 cannot make such patches */
function checkStem({ patchSize, embedDim }: { patchSize: number; embedDim: number }, where: string): void {
  if (![1, 2, 4].includes(patchSize)) {
    throw new ConfigError(
      `${where}.patchSize: a convolutional stem has strides of 1 or 2, so that patches are 1, 2 or 4 pixels; got ${patchSize}.`,
    );
  }
  if (embedDim % 2 !== 0) throw new ConfigError(`${where}.embedDim: a convolutional stem halves it, got ${embedDim}.`);
}

function divides(where: string, name: string, value: number, byName: string, by: number): void {
  if (value % by === 0) return;
  throw new ConfigError(
    `${where}.${name} must be a multiple of ${byName}: got ${value} and ${by}. ` +
      `Try ${byName} ${largestDivisor(value, by)}, or ${name} ${Math.max(1, Math.round(value / by)) * by}.`,
  );
}

function largestDivisor(value: number, limit: number): number {
  let divisor = Math.min(value, limit);
  while (value % divisor !== 0) divisor--;
  return divisor;
}
