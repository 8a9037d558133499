import type { Choice } from "../binarize/binarizer";
import type { Site } from "../binarize/quantizer";
import { leftOfInput } from "../binarize/registry";
import { mostSigns } from "../kernels/module";
import { type BinarizableLayer, type ModelConfig, numTokens } from "../vit/config";
import { type LinearPlace, places, weightLayers } from "../vit/places";
import { alphaCount, leftOf } from "../vit/summary";
import {
  type Count,
  formKey,
  type PackedConfig,
  type PackedLayer,
  type PackedScores,
  type PackedValues,
} from "./packed-config";
import { tooManySigns } from "./too-many-signs";

/** Why something cannot be packed, as a sentence without its full stop. */
class Unsupported {
  constructor(readonly reason: string) {}
}

const refuse = (reason: string): never => {
  throw new Unsupported(reason);
};

/** @returns why a trained model of this kind can neither be packed nor exported, if so */
export function unsupported(config: ModelConfig): string | undefined {
  try {
    packedConfig(config);
    return undefined;
  } catch (error) {
    if (error instanceof Unsupported) return error.reason;
    throw error;
  }
}

/**
 * What is left of a model after training: its architecture without any method's name.
 *
 * @throws what `unsupported` reports
 */
export function packedConfig(config: ModelConfig): PackedConfig {
  const { binarize, activation, ...sizes } = config;
  const shallow = { ...config, depth: 1 };
  const layers = weightLayers(shallow).filter(({ part }) => part !== "head");
  const tooMany = layers.find((layer) => layer.binarizer !== "off" && layer.inputs > mostSigns);
  if (tooMany) refuse(`a layer has ${tooMany.inputs} inputs, and the engine counts ${mostSigns} signs`);
  const kind = places(shallow).flatMap((place) => (place.kind === "activation" ? [place.activation.kind] : []))[0];
  const left: PackedConfig = {
    ...sizes,
    activation: kind,
    layers: Object.fromEntries(layers.map((layer) => [formKey(layer), layerOf(layer)])) as PackedConfig["layers"],
    scores: binarize.scores === "off" ? "float" : scoresOf(config, binarize.scores),
    values: binarize.values === "off" ? "float" : valuesOf(config, binarize.values),
  };
  const problem = tooManySigns(left);
  return problem ? refuse(problem) : left;
}

function layerOf({ binarizer, site, part, outputs }: LinearPlace): PackedLayer | "float" {
  if (binarizer === "off") return "float";
  const name = `binarize.${part as BinarizableLayer}`;
  if (binarizer.weight === "off") refuse(`${name} leaves weights as they are, so that there are no bits to pack`);
  const left = leftOf(binarizer, site);
  if (left?.factor === "other") {
    refuse(`${name} multiplies by what a network makes of its input, and no packed layer has such a factor`);
  }
  const alphas = alphaCount(binarizer, outputs, left);
  return {
    inputs: left && left.levels !== "real" ? "signs" : "float",
    alpha: alphas === 0 ? "none" : alphas === 1 ? "one" : "each",
    threshold: countOf(left?.thresholds),
    factor: left?.factor === "token" || left?.factor === "position" ? left.factor : "none",
  };
}

const countOf = (thresholds = 0): Count => (thresholds === 0 ? "none" : thresholds === 1 ? "one" : "each");

/** What is left of q, k or v. */
function operandOf(config: ModelConfig, choice: Choice, role: "query" | "key" | "value") {
  const { embedDim: inputs, numHeads: outputs } = config;
  const site: Site = { role, inputs, outputs, tokens: numTokens(config), neverNegative: false };
  const left = leftOfInput(choice, site);
  if (left.levels === "signs" && left.factor !== "other" && left.factor !== "position") return left;
  return refuse(`quantizer "${choice.quantizer}" leaves no plain signs of attention's ${role}`);
}

function scoresOf(
  config: ModelConfig,
  { operand, correction }: Exclude<ModelConfig["binarize"]["scores"], "off">,
): PackedScores {
  const left = operandOf(config, operand, "query");
  operandOf(config, operand, "key");
  return { threshold: countOf(left.thresholds), factor: left.factor === "token" ? "token" : "none", correction };
}

function valuesOf(
  config: ModelConfig,
  { probabilities, operand }: Exclude<ModelConfig["binarize"]["values"], "off">,
): PackedValues {
  const left = operandOf(config, operand, "value");
  if (left.factor === "token") refuse(`quantizer "${operand.quantizer}" scales each token of attention's values`);
  const tokens = numTokens(config);
  const site: Site = { role: "probabilities", inputs: tokens, outputs: config.numHeads, tokens, neverNegative: true };
  const kept = leftOfInput(probabilities, site);
  if (kept.levels !== "zero-one" || !["none", "one", "kept"].includes(kept.factor)) {
    return refuse(`quantizer "${probabilities.quantizer}" leaves no thresholds of attention's probabilities`);
  }
  return {
    levels: kept.rules ?? 1,
    share: kept.shares ? "each" : "none",
    factor: kept.factor === "kept" ? "kept" : "constant",
    threshold: countOf(left.thresholds),
    scale: left.factor === "one" ? "one" : "none",
  };
}
