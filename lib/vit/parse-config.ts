import { z } from "zod";
import { ConfigError } from "../base/errors";
import { parseWith, type Written } from "../base/parse-with";
import { type Binarizer, type BinarizerName, binarizers, scaleForms, steForms } from "../binarize/binarizer";
import type { Binarization, ModelConfig } from "./config";
import { checkParameters } from "./size-limit";

const steForm = z.enum(steForms);

const fields = {
  scale: z.enum(scaleForms),
  scaleGradient: z.enum(["product", "detached"]),
  center: z.boolean(),
  weightSte: steForm,
  activation: z.enum(["sign", "none"]),
  activationSte: steForm,
  activationScale: z.enum(["none", "token"]),
};

const names = z.enum(["off", ...(Object.keys(binarizers) as BinarizerName[])]);

/** `"off"`, the name of a binarizer, or its fields; missing fields are those of `channel`. */
const binarizer = z.union([names, z.strictObject(fields).partial()]);

// One object for both spellings, not a union of two: a union would explain the spelling that was not meant.
const mlpGroup = z.union([names, z.strictObject({ ...fields, fc1: binarizer, fc2: binarizer }).partial()]);
const mhsaLayers = { qkv: binarizer, projection: binarizer, scores: binarizer, values: binarizer };
const mhsaGroup = z.union([names, z.strictObject({ ...fields, ...mhsaLayers }).partial()]);

const count = z.int().min(1).max(65_536); // with sizes that fit into memory; `checkParameters` knows which do

/** What a model's configuration may say. */
export const modelFields = z.strictObject({
  imageSize: count,
  patchSize: count,
  channels: count,
  embedDim: count,
  depth: z.int().min(1).max(1024), // every block is dozens of tensors, whatever their size
  numHeads: count,
  mlpDim: count,
  numClasses: z.int().min(2).max(65_536),
  pooling: z.enum(["class-token", "mean"]).default("class-token"),
  normEpsilon: z.number().positive().default(1e-6),
  binarize: z
    .strictObject({
      conv: binarizer,
      mlp: mlpGroup,
      mhsa: mhsaGroup,
      qkv: binarizer,
      scores: binarizer,
      values: binarizer,
      projection: binarizer,
      fc1: binarizer,
      fc2: binarizer,
    })
    .partial()
    .default({}),
});

/** A model as it is written in a file: groups and names allowed in `binarize`. */
export type ModelInput = z.input<typeof modelFields>;

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
  const { binarize, ...sizes } = parseWith(modelFields, input, where);
  divides(where, "imageSize", sizes.imageSize, "patchSize", sizes.patchSize);
  divides(where, "embedDim", sizes.embedDim, "numHeads", sizes.numHeads);
  const model = { ...sizes, binarize: resolve(binarize, `${where}.binarize`) };
  checkParameters(model, where);
  return model;
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

type Groups = z.output<typeof modelFields>["binarize"];
type Choice = z.output<typeof binarizer> | undefined;

function resolve(written: Groups, where: string): Binarization {
  const group: Record<string, Choice> = {
    ...layersOf(written.mlp, ["fc1", "fc2"], [], `${where}.mlp`),
    ...layersOf(written.mhsa, ["qkv", "projection"], ["scores", "values"], `${where}.mhsa`),
  };
  const pick = (part: keyof Binarization) => complete(written[part] ?? group[part]);
  const product = (part: "scores" | "values") => {
    const how = pick(part);
    if (how === "off" || how.activation === "sign") return how;
    throw new ConfigError(
      `${where}.${part}: activation "none" leaves nothing to binarize, since this product has no weights. ` +
        'Use activation "sign", or "off".',
    );
  };
  return {
    conv: pick("conv"),
    qkv: pick("qkv"),
    scores: product("scores"),
    values: product("values"),
    projection: pick("projection"),
    fc1: pick("fc1"),
    fc2: pick("fc2"),
  };
}

/** What a group stands for: its own layers, or the layers that it names one by one. */
function layersOf(
  written: Groups["mlp"] | Groups["mhsa"],
  own: readonly string[],
  further: readonly string[],
  where: string,
): Record<string, Choice> {
  const keys = typeof written === "object" ? Object.keys(written) : [];
  const layers = keys.filter((key) => own.includes(key) || further.includes(key));
  if (layers.length === 0) return Object.fromEntries(own.map((layer) => [layer, written as Choice]));
  if (layers.length === keys.length) return written as Record<string, Choice>;
  throw new ConfigError(
    `${where}: "${layers[0]}" is a layer, and another key is a field of a binarizer. Name layers or fields, not both.`,
  );
}

function complete(choice: Choice): Binarizer | "off" {
  if (choice === undefined || choice === "off") return "off";
  if (typeof choice === "string") return binarizers[choice];
  const given = Object.entries(choice).filter(([, value]) => value !== undefined);
  return { ...binarizers.channel, ...Object.fromEntries(given) };
}

/**
 * Reads a binarizer given by name or by fields.
 *
 * @throws ConfigError if the name or a field is unknown
 */
export function parseBinarizer(input: Written<BinarizerName | Partial<Binarizer>>, where = "binarizer"): Binarizer {
  const value = complete(parseWith(binarizer, input, where));
  if (value === "off") throw new ConfigError(`${where}: expected a binarizer, got "off".`);
  return value;
}
