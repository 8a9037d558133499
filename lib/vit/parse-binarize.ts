import { z } from "zod";
import { ConfigError } from "../base/errors";
import { parseWith, type Written } from "../base/parse-with";
import type { Binarizer, Choice, LayerBinarizer, ScoresBinarizer, ValuesBinarizer } from "../binarize/binarizer";
import { type MethodName, methods } from "../binarize/methods/index";
import { scaleForms, scaleGradient, slopeName } from "../binarize/methods/scaled-sign";
import type { Site } from "../binarize/quantizer";
import { binarizers, inputQuantizerOf, quantizers, weightQuantizerOf } from "../binarize/registry";
import type { Binarization } from "./config";

/** The short form of the report's own family: signs with a coefficient; what is left out is as in `channel`. */
const shortFields = {
  scale: z.enum(scaleForms),
  scaleGradient,
  center: z.boolean(),
  weightSte: slopeName,
  activation: z.enum(["sign", "none"]),
  activationSte: slopeName,
  activationScale: z.enum(["none", "token"]),
};

/** What a configuration may say of one part, of a group of parts, and of all. */
export function binarizeFields() {
  const names = z.enum(["off", ...(Object.keys(methods) as MethodName[])]);
  const choice = z.union([names, z.looseObject({ quantizer: z.string() })]);
  const roles = { weight: choice, input: choice, operand: choice, probabilities: choice };
  const fields = { ...shortFields, ...roles, correction: z.enum(["none", "table"]) };
  const part = z.union([names, z.strictObject(fields).partial()]);
  // One object for both spellings, not a union of two: a union would explain the spelling that was not meant.
  const mlp = z.union([names, z.strictObject({ ...fields, fc1: part, fc2: part }).partial()]);
  const mhsaParts = { qkv: part, projection: part, scores: part, values: part };
  const mhsa = z.union([names, z.strictObject({ ...fields, ...mhsaParts }).partial()]);
  const parts = { conv: part, mlp, mhsa, ...mhsaParts, fc1: part, fc2: part };
  return z.strictObject(parts).partial();
}

type Groups = z.output<ReturnType<typeof binarizeFields>>;
type Part = NonNullable<Groups["fc1"]>;
type Fields = Exclude<Part, string>;

/**
 * What is binarized, complete.
 *
 * @param written - as checked by `binarizeFields`
 * @param where - what to call it in messages
 * @param hiddenNeverNegative - whether what fc2 reads is
 * @throws ConfigError if a quantizer or one of its settings is unknown, or one stands where it cannot
 */
export function resolveBinarize(written: Groups, where: string, hiddenNeverNegative: boolean): Binarization {
  const group: Record<string, Part | undefined> = {
    ...partsOf(written.mlp, ["fc1", "fc2"], [], `${where}.mlp`),
    ...partsOf(written.mhsa, ["qkv", "projection"], ["scores", "values"], `${where}.mhsa`),
  };
  const pick = (part: keyof Binarization) => complete(written[part] ?? group[part], `${where}.${part}`);
  const layer = (part: keyof Binarization, neverNegative = false): LayerBinarizer | "off" => {
    const how = pick(part);
    if (how === "off" || (how.weight === "off" && how.input === "off")) return "off";
    expectPlace(how.input, { role: "input", neverNegative }, `${where}.${part}.input`);
    return { weight: how.weight, input: how.input };
  };
  return {
    conv: layer("conv"),
    qkv: layer("qkv"),
    scores: scoresOf(pick("scores"), `${where}.scores`),
    values: valuesOf(pick("values"), `${where}.values`),
    projection: layer("projection"),
    fc1: layer("fc1"),
    fc2: layer("fc2", hiddenNeverNegative),
  };
}

function scoresOf(how: Binarizer | "off", where: string): ScoresBinarizer | "off" {
  if (how === "off") return "off";
  const operand = needed(how.operand, where);
  for (const role of ["query", "key"] as const) expectPlace(operand, { role }, where);
  return { operand, correction: how.correction };
}

function valuesOf(how: Binarizer | "off", where: string): ValuesBinarizer | "off" {
  if (how === "off") return "off";
  const operand = needed(how.operand, where);
  const probabilities = needed(how.probabilities, where);
  expectPlace(operand, { role: "value" }, where);
  expectPlace(probabilities, { role: "probabilities", neverNegative: true }, where);
  return { probabilities, operand };
}

function needed(choice: Choice | "off", where: string): Choice {
  if (choice !== "off") return choice;
  throw new ConfigError(
    `${where}: activation "none" leaves nothing to binarize, since this product has no weights. ` +
      'Use activation "sign", or "off".',
  );
}

/** @throws ConfigError if a quantizer cannot stand at such a site */
function expectPlace(choice: Choice | "off", site: Partial<Site>, where: string): void {
  if (choice === "off") return;
  const asked: Site = { role: "input", inputs: 1, outputs: 1, tokens: 1, neverNegative: false, ...site };
  const reason = inputQuantizerOf(choice).refuses?.(asked);
  if (reason) throw new ConfigError(`${where}: quantizer "${choice.quantizer}" cannot stand there: ${reason}.`);
}

/** What a group stands for: its own parts, or the parts that it names one by one. */
function partsOf(
  written: Groups["mlp"] | Groups["mhsa"],
  own: readonly string[],
  further: readonly string[],
  where: string,
): Record<string, Part | undefined> {
  const keys = typeof written === "object" ? Object.keys(written) : [];
  const parts = keys.filter((key) => own.includes(key) || further.includes(key));
  if (parts.length === 0) return Object.fromEntries(own.map((part) => [part, written as Part | undefined]));
  if (parts.length === keys.length) return written as Record<string, Part>;
  throw new ConfigError(
    `${where}: "${parts[0]}" is a layer, and another key is a field of a binarizer. Name layers or fields, not both.`,
  );
}

function complete(part: Part | undefined, where: string): Binarizer | "off" {
  if (part === undefined || part === "off") return "off";
  if (typeof part === "string") return binarizers[part as MethodName];
  const short = Object.keys(shortFields).find((key) => part[key as keyof Fields] !== undefined);
  const long = ["weight", "input", "operand", "probabilities", "correction"] as const;
  const role = long.find((key) => part[key] !== undefined);
  if (!role) return fromShort(part);
  if (short)
    throw new ConfigError(`${where}: "${short}" is a short field, and "${role}" is not. Use one kind of them.`);
  return {
    weight: choiceOf(part.weight, "weight", where),
    input: choiceOf(part.input, "input", where),
    operand: choiceOf(part.operand, "operand", where),
    probabilities: choiceOf(part.probabilities, "probabilities", where),
    correction: part.correction ?? "none",
  };
}

type Role = "weight" | "input" | "operand" | "probabilities";

/** A choice by a method's name, or by a quantizer's with its settings. */
function choiceOf(written: Fields["weight"], role: Role, where: string): Choice | "off" {
  if (written === undefined || written === "off") return "off";
  if (typeof written === "string") return binarizers[written as MethodName][role];
  const kind = role === "weight" ? "weight" : "input";
  const known = [...quantizers(kind).keys()];
  const { quantizer } = parseWith(z.looseObject({ quantizer: z.enum(known) }), written, `${where}.${role}`);
  const { settings } = (kind === "weight" ? weightQuantizerOf : inputQuantizerOf)({ quantizer });
  return parseWith(z.strictObject({ quantizer: z.string(), ...settings }), written, `${where}.${role}`) as Choice;
}

function fromShort(part: Fields): Binarizer {
  const given = Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as Fields;
  const { scale = "channel", scaleGradient = "product", center = false, weightSte = "clip" } = given;
  const { activation = "sign", activationSte: slope = "clip", activationScale = "none" } = given;
  const none = scale === "none";
  const input: Choice = { quantizer: "sign", slope, scale: activationScale, scaleGradient: "detached" };
  const operand: Choice = none
    ? { ...input, scale: "none" }
    : { quantizer: "sign", slope, scale: "token", scaleGradient: scaleGradient as string };
  const off = activation === "none";
  return {
    weight: { quantizer: "sign", scale, scaleGradient, center, slope: weightSte },
    input: off ? (activationScale === "token" ? { quantizer: "real" } : "off") : input,
    operand: off ? "off" : operand,
    probabilities: off ? "off" : { quantizer: "above-mean", scale: none ? "none" : "kept" },
    correction: "none",
  };
}

/** The short form of a binarizer, field by field. */
export type ShortBinarizer = Partial<{ [key in keyof typeof shortFields]: z.output<(typeof shortFields)[key]> }>;

/**
 * Reads a binarizer given by a method's name, by short fields, or by a choice for each role.
 *
 * @throws ConfigError if a name, a field or a setting is unknown
 */
export function parseBinarizer(
  input: Written<MethodName | ShortBinarizer | Partial<Binarizer>>,
  where = "binarizer",
): Binarizer {
  const { conv } = binarizeFields().shape;
  const value = complete(parseWith(conv.unwrap(), input, where), where);
  if (value === "off") throw new ConfigError(`${where}: expected a binarizer, got "off".`);
  return value;
}
