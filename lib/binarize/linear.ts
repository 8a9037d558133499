import * as tf from "@tensorflow/tfjs";
import { hasKernels } from "../backend/kernels";
import { lengthsOf } from "../ops/lengths";
import { linear } from "../ops/linear";
import { stopGradient } from "../ops/stop-gradient";
import { subtractRow } from "../ops/subtract-row";
import { tokenScale } from "../ops/token-scale";
import type { LayerBinarizer } from "./binarizer";
import { fusedBinaryLinear, signLinear } from "./fused-linear";
import {
  type BinaryLinearParameters,
  constantFactor,
  expectOwn,
  inputRule,
  type LayerForm,
  layerForm,
} from "./layer-form";
import type { InputRule, Site, WeightKernel } from "./quantizer";
import { weightQuantizerOf } from "./registry";
import { sign } from "./sign";
import { identity } from "./slopes/identity";

/** What a layer cannot see in its tensors. */
export interface LayerOptions {
  /** How much of the training is over, 0 … 1; a trained model is at 1. */
  readonly progress?: number;
  /** Whether no input is ever negative. */
  readonly neverNegative?: boolean;
}

/**
 * A linear layer with binarized weights and, in W1A1, binarized inputs.
 *
 * y = (a(x) · sign(V)) · α · β + bias; a(x) = sign(x − τ), [x ≥ τ] or x (W1A32)
 *
 * The product with the bare signs comes first: in W1A1 it is an exact integer, the same in floats, in bits and in the
 * packed model, so a sum that is 0 is 0 everywhere and the next sign does not depend on rounding.
 *
 * B: images, N: tokens, I: inputs, O: outputs
 *
 * @param x - shape [B, N, I]
 * @param parameters - latent weights, bias, and what the quantizers learn
 * @param binarizer - how; see `Binarizer`
 * @param options - where in the training and in the model
 * @returns shape [B, N, O]
 * @throws ConfigError if a parameter of a quantizer is missing
 * @throws TrainingError if the shapes do not belong together
 *
 * Reference: Rastegari et al., *XNOR-Net*, 2016, section 3.2; Sato et al., PRMU2022-83, 2023, for ViT.
 */
export function binaryLinear(
  x: tf.Tensor,
  parameters: BinaryLinearParameters,
  binarizer: LayerBinarizer,
  options: LayerOptions = {},
): tf.Tensor {
  const lengths = lengthsOf("binaryLinear: weight", parameters.weight, "I O");
  lengthsOf("binaryLinear: x", x, "... I", lengths);
  lengthsOf("binaryLinear: bias", parameters.bias, "O", lengths);
  return tf.tidy(() => layer(x, parameters, binarizer, options));
}

function layer(
  x: tf.Tensor,
  parameters: BinaryLinearParameters,
  binarizer: LayerBinarizer,
  { progress = 1, neverNegative = false }: LayerOptions,
): tf.Tensor {
  const site = siteOf(x, parameters, neverNegative);
  const rule = inputRule(x, parameters, binarizer, site, progress);
  const shifted = rule?.threshold ? subtractRow(x, rule.threshold) : x;
  const how = fusedKernel(binarizer, rule);
  if (how) {
    const names = Object.keys(weightParameters(binarizer, site));
    expectOwn(parameters, names, "sign");
    const reading = { binary: isBinary(rule), slope: rule?.slope ?? identity, progress };
    return fusedBinaryLinear(shifted, parameters as FusedInput, how, reading, rule?.factor === "token");
  }
  const form = layerForm(parameters, binarizer, rule, site, progress);
  return multiply(x, shifted, form, rule, binarizer.weight !== "off", progress);
}

type FusedInput = Parameters<typeof fusedBinaryLinear>[1];

/** Where a layer stands, as far as its tensors say so. */
const siteOf = (x: tf.Tensor, { weight }: BinaryLinearParameters, neverNegative: boolean): Site => ({
  role: "input",
  inputs: weight.shape[0] as number,
  outputs: weight.shape[1] as number,
  tokens: x.rank > 2 ? (x.shape[x.rank - 2] as number) : 1,
  neverNegative,
});

const weightParameters = ({ weight }: LayerBinarizer, site: Site) =>
  weight === "off" ? {} : (weightQuantizerOf(weight).parameters?.({ ...site, role: "weight" }, weight) ?? {});

/** What the kernels that binarize weights are told; undefined where they cannot, or α has to be known outside of them. */
export function fusedKernel({ weight }: LayerBinarizer, rule: InputRule | undefined): WeightKernel | undefined {
  if (weight === "off" || !hasKernels()) return undefined;
  if (rule && (rule.gain || rule.levels === "zero-one" || typeof rule.factor === "object" || isFunction(rule.factor))) {
    return undefined;
  }
  if (rule?.factor === "token" && rule.threshold) return undefined;
  return weightQuantizerOf(weight).kernel?.(weight);
}

const isBinary = (rule: InputRule | undefined): boolean => rule !== undefined && rule.levels !== "real";

const isFunction = (value: unknown): boolean => typeof value === "function";

/** (a(x) · S) · α · β + bias by whatever the backend has. */
function multiply(
  x: tf.Tensor,
  shifted: tf.Tensor,
  form: LayerForm,
  rule: InputRule | undefined,
  signed: boolean,
  progress: number,
): tf.Tensor {
  const late = rule && lateFactor(rule, x);
  const token = rule?.factor === "token" && !late;
  if (hasKernels() && signed) {
    // Where a gain scales the slope, the signs are made before the product, which passes gradients on unchanged.
    const input = rule?.gain ? sign(shifted, rule.slope, { progress, gain: rule.gain }) : shifted;
    const slope = rule && !rule.gain ? rule.slope : identity;
    const reading = { binary: isBinary(rule), slope, progress };
    if (!late) return signLinear(input, form, reading, token);
    const { bias, ...unbiased } = form;
    return tf.add(tf.mul(signLinear(input, unbiased, reading, token), late), bias);
  }
  let y = linear(rule && isBinary(rule) ? sign(shifted, rule.slope, { progress, gain: rule.gain }) : x, form.matrix);
  if (form.alpha) y = tf.mul(y, form.alpha);
  if (token) y = tf.mul(y, stopGradient(tf.mean(tf.abs(x), -1, true))); // [B, N, 1]
  if (late) y = tf.mul(y, late);
  return tf.add(y, form.bias);
}

/** β that multiplies the finished product: one for each token, or what is made of x. */
function lateFactor(rule: InputRule, x: tf.Tensor): tf.Tensor | undefined {
  const { factor } = rule;
  if (typeof factor === "function") return factor(x);
  if (factor === "token" && rule.threshold) return stopGradient(tokenScale(x)); // products would take it of x − τ
  if (typeof factor !== "object" || constantFactor(rule)) return undefined;
  return x.rank > 2 && x.shape[x.rank - 2] !== factor.shape[0]
    ? tf.slice(factor, [0, 0], [x.shape[x.rank - 2] as number, 1]) // only the class token is left
    : factor;
}
