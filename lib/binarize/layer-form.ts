import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import type { LayerBinarizer } from "./binarizer";
import type { InputRule, Own, Site } from "./quantizer";
import { inputQuantizerOf, weightQuantizerOf } from "./registry";
import { sign } from "./sign";

/** The parameters of a binarized layer. */
export interface BinaryLinearParameters {
  /** Latent float weights; shape [I, O]. */
  readonly weight: tf.Tensor;
  /** Shape [O]. */
  readonly bias: tf.Tensor;
  /** The quantizers' own: those of the weight by their names, e.g. `scale`; those of the input as `input.threshold`. */
  readonly [own: string]: tf.Tensor | undefined;
}

/**
 * A layer as it is computed, and what is left of it after training: y = (a(x) · S) · α · β + bias, a(x) = sign(x − τ) or x.
 *
 * A constant β is part of α. Inputs of {0, 1}, b = (c + 1) / 2 with c = ±1, are gone too: b · S = (c · S + ΣS) / 2, so α is
 * halved and α · ΣS added to the bias.
 */
export interface LayerForm {
  /** ±1, or float weights; shape [I, O]. */
  readonly matrix: tf.Tensor;
  /** Shape [1, O] or [1, 1]; none where it is 1. */
  readonly alpha?: tf.Tensor;
  /** Shape [O]. */
  readonly bias: tf.Tensor;
}

/** @returns parameters that belong to one of the two quantizers */
export function ownOf(parameters: BinaryLinearParameters, role: "weight" | "input"): Own {
  const prefix = "input.";
  const entries = Object.entries(parameters).flatMap(([name, tensor]) => {
    if (!tensor || name === "weight" || name === "bias" || name.startsWith(prefix) !== (role === "input")) return [];
    return [[role === "input" ? name.slice(prefix.length) : name, tensor]];
  });
  return Object.fromEntries(entries);
}

/**
 * How the input of a layer is read.
 *
 * @returns undefined where it stays float
 * @throws ConfigError if a parameter of its quantizer is missing
 */
export function inputRule(
  x: tf.Tensor,
  parameters: BinaryLinearParameters,
  { input }: LayerBinarizer,
  site: Site,
  progress: number,
): InputRule | undefined {
  if (input === "off") return undefined;
  const quantizer = inputQuantizerOf(input);
  const names = Object.keys(quantizer.parameters?.(site, input) ?? {}).map((name) => `input.${name}`);
  expectOwn(parameters, names, input.quantizer);
  const rules = quantizer.rule(x, ownOf(parameters, "input"), { settings: input, site, progress });
  if (!("slope" in rules)) {
    throw new ConfigError(
      `Quantizer "${input.quantizer}" superposes signs, which only attention probabilities can do.`,
    );
  }
  if (rules.share === undefined) return rules;
  throw new ConfigError(`Quantizer "${input.quantizer}" is for attention probabilities.`);
}

/**
 * Matrix, coefficients and bias of a layer, differentiably.
 *
 * @param rule - what `inputRule` says
 * @throws ConfigError if a parameter of a quantizer is missing
 */
export function layerForm(
  parameters: BinaryLinearParameters,
  { weight }: LayerBinarizer,
  rule: InputRule | undefined,
  site: Site,
  progress: number,
): LayerForm {
  let matrix = parameters.weight;
  let alpha: tf.Tensor | undefined;
  if (weight !== "off") {
    const quantizer = weightQuantizerOf(weight);
    expectOwn(
      parameters,
      Object.keys(quantizer.parameters?.({ ...site, role: "weight" }, weight) ?? {}),
      weight.quantizer,
    );
    const context = { settings: weight, site, progress };
    const { latent, slope, factor } = quantizer.quantize(parameters.weight, ownOf(parameters, "weight"), context);
    matrix = sign(latent, slope, { progress });
    alpha = factor;
  }
  return foldInput(matrix, alpha, parameters.bias, rule);
}

function foldInput(matrix: tf.Tensor, alpha: tf.Tensor | undefined, bias: tf.Tensor, rule?: InputRule): LayerForm {
  const constant = rule && constantFactor(rule);
  let factor = alpha;
  if (constant) factor = factor ? tf.mul(factor, constant) : tf.reshape(constant, [1, 1]);
  if (rule?.levels !== "zero-one") return { matrix, alpha: factor, bias };
  factor = factor ? tf.mul(factor, 0.5) : tf.fill([1, 1], 0.5);
  const shift = tf.mul(tf.sum(matrix, 0, true), factor); // [1, O]
  return { matrix, alpha: factor, bias: tf.add(bias, tf.reshape(shift, bias.shape)) };
}

/** @returns β where it is one learned number */
export const constantFactor = ({ factor }: InputRule): tf.Tensor | undefined =>
  typeof factor === "object" && factor.size === 1 ? factor : undefined;

/** @throws ConfigError if one of a quantizer's own parameters is missing */
export function expectOwn(
  parameters: Readonly<Record<string, tf.Tensor | undefined>>,
  names: readonly string[],
  quantizer: string,
): void {
  const missing = names.find((name) => !parameters[name]);
  if (missing === undefined) return;
  throw new ConfigError(`Quantizer "${quantizer}" needs its parameter: pass the tensor \`${missing}\`.`);
}
