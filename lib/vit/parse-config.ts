import { z } from "zod";
import { type Binarizer, type BinarizerName, binarizers } from "../binarize/binarizer";
import { ConfigError } from "../errors";
import type { Binarization, ModelConfig } from "./config";
import { parseWith } from "./parse-with";

const steForm = z.enum(["identity", "clip", "approx", "swish"]);

const binarizerFields = z.strictObject({
  scale: z.enum(["none", "tensor", "channel", "learned", "learned-tensor"]).default("channel"),
  scaleGradient: z.enum(["product", "detached"]).default("product"),
  center: z.boolean().default(false),
  weightSte: steForm.default("clip"),
  activation: z.enum(["sign", "none"]).default("sign"),
  activationSte: steForm.default("clip"),
  activationScale: z.enum(["none", "token"]).default("none"),
});

const binarizerNames = Object.keys(binarizers) as [BinarizerName, ...BinarizerName[]];

/** `"off"`, the name of a binarizer, or its fields; missing fields are those of `channel`. */
const binarizer = z.union([z.literal("off"), z.enum(binarizerNames), binarizerFields]);

const count = z.int().min(1);

const modelFields = z.strictObject({
  imageSize: count,
  patchSize: count,
  channels: count,
  embedDim: count,
  depth: count,
  numHeads: count,
  mlpDim: count,
  numClasses: z.int().min(2),
  pooling: z.enum(["class-token", "mean"]).default("class-token"),
  normEpsilon: z.number().positive().default(1e-6),
  binarize: z
    .strictObject({
      conv: binarizer,
      mlp: z.union([binarizer, z.strictObject({ fc1: binarizer, fc2: binarizer }).partial()]),
      mhsa: z.union([
        binarizer,
        z.strictObject({ qkv: binarizer, projection: binarizer, scores: binarizer, values: binarizer }).partial(),
      ]),
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
 * @throws ConfigError if a key is unknown, a value is out of range or sizes do not divide
 */
export function parseModelConfig(input: unknown, where = "model"): ModelConfig {
  const { binarize, ...sizes } = parseWith(modelFields, input, where);
  divides(where, "imageSize", sizes.imageSize, "patchSize", sizes.patchSize);
  divides(where, "embedDim", sizes.embedDim, "numHeads", sizes.numHeads);
  return { ...sizes, binarize: resolve(binarize) };
}

function divides(where: string, name: string, value: number, byName: string, by: number): void {
  if (value % by === 0) return;
  throw new ConfigError(
    `${where}.${name} must be a multiple of ${byName}: got ${value} and ${by}. ` +
      `Try ${name} ${Math.max(1, Math.round(value / by)) * by}.`,
  );
}

type Written = z.output<typeof modelFields>["binarize"];
type Choice = z.output<typeof binarizer> | undefined;

function resolve(written: Written): Binarization {
  const mlp = isChoice(written.mlp) ? { fc1: written.mlp, fc2: written.mlp } : written.mlp;
  const mhsa = isChoice(written.mhsa) ? { qkv: written.mhsa, projection: written.mhsa } : written.mhsa;
  const group: Record<string, Choice> = { ...mlp, ...mhsa };
  const pick = (part: keyof Binarization) => complete(written[part] ?? group[part]);
  return {
    conv: pick("conv"),
    qkv: pick("qkv"),
    scores: pick("scores"),
    values: pick("values"),
    projection: pick("projection"),
    fc1: pick("fc1"),
    fc2: pick("fc2"),
  };
}

const isChoice = (value: unknown): value is z.output<typeof binarizer> =>
  typeof value === "string" || (typeof value === "object" && value !== null && "scale" in value);

function complete(choice: Choice): Binarizer | "off" {
  if (choice === undefined || choice === "off") return "off";
  return typeof choice === "string" ? binarizers[choice] : choice;
}

/**
 * Reads a binarizer given by name or by fields.
 *
 * @throws ConfigError if the name or a field is unknown
 */
export function parseBinarizer(input: unknown, where = "binarizer"): Binarizer {
  const value = complete(parseWith(binarizer, input, where));
  if (value === "off") throw new ConfigError(`${where}: expected a binarizer, got "off".`);
  return value;
}
