import * as tf from "@tensorflow/tfjs";
import { kernels } from "../backend/kernels";
import { operandRule, partOf, probabilityRules } from "./attention";
import type { LayerBinarizer, ScoresBinarizer, ValuesBinarizer } from "./binarizer";
import { type BinaryLinearParameters, inputRule, layerForm } from "./layer-form";
import { fusedKernel } from "./linear";
import type { InputRule, Own, Site } from "./quantizer";

/** What is left of a binarized layer after training, as tensors; see `PackedLayer`. */
export interface LeftLayer {
  /** ±1; shape [I, O]. */
  readonly signs: tf.Tensor;
  /** Shape [O] or [1]; none where α is 1. */
  readonly alpha?: tf.Tensor;
  readonly bias: tf.Tensor;
  /** How the input is read; undefined where it stays float. */
  readonly rule?: InputRule;
}

/**
 * What is left of a layer: the very numbers that `binaryLinear` multiplies with at the end of training.
 *
 * @param site - where it stands
 * @param perOutput - whether there is an α for each output
 */
export function leftOfLayer(
  parameters: BinaryLinearParameters,
  binarizer: LayerBinarizer,
  site: Site,
  alphas: "none" | "one" | "each",
): LeftLayer {
  const rule = inputRule(tf.zeros([1, site.tokens, site.inputs]), parameters, binarizer, site, 1);
  const how = fusedKernel(binarizer, rule);
  if (how) {
    const [signs, alpha] = kernels.binarizeWeight(parameters.weight, how, parameters.scale);
    const count = alphas === "each" ? site.outputs : 1; // they repeat one coefficient for every output
    return { signs, alpha: alphas === "none" ? undefined : tf.slice(alpha, 0, count), bias: parameters.bias, rule };
  }
  const { matrix, alpha, bias } = layerForm(parameters, binarizer, rule, site, 1);
  return { signs: matrix, alpha: alpha && tf.reshape(alpha, [-1]), bias, rule };
}

/** What is left of binarized scores: what signs are multiplied by, and the thresholds of q and k. */
export function leftOfScores(how: ScoresBinarizer, own: Own, heads: number, headDim: number, tokens: number) {
  const x = tf.zeros([1, heads, tokens, headDim]);
  const rules = (["query", "key"] as const).map((role) => operandRule(x, how.operand, role, partOf(own, role), 1));
  let scale: tf.Tensor = tf.scalar(1 / Math.sqrt(headDim));
  for (const { factor } of rules) if (isOne(factor)) scale = tf.mul(scale, tf.reshape(factor, []));
  return { scale, query: rules[0].threshold, key: rules[1].threshold, correction: own.correction };
}

/** What is left of binarized probabilities and values: thresholds, shares and α of each head and level, τ and γ of v. */
export function leftOfValues(how: ValuesBinarizer, own: Own, heads: number, headDim: number, tokens: number) {
  const value = operandRule(tf.zeros([1, heads, tokens, headDim]), how.operand, "value", partOf(own, "value"), 1);
  const uniform = tf.fill([1, heads, tokens, tokens], 1 / tokens);
  const rules = probabilityRules(uniform, how.probabilities, partOf(own, "probabilities"), 1);
  const perHead = (t: tf.Tensor) => tf.reshape(tf.mul(tf.reshape(t, [-1]), tf.ones([heads])), [heads, 1]);
  const alphas = rules.map(({ factor = tf.scalar(1) }) => factor).filter((f): f is tf.Tensor => typeof f === "object");
  return {
    thresholds: tf.concat(
      rules.map(({ threshold = tf.scalar(0) }) => perHead(threshold)),
      1,
    ),
    shares: rules.some(({ share }) => share !== undefined)
      ? tf.tile(tf.tensor2d([rules.map(({ share = 0 }) => share)]), [heads, 1])
      : undefined,
    alpha: alphas.length > 0 ? tf.concat(alphas.map(perHead), 1) : undefined,
    threshold: value.threshold,
    scale: isOne(value.factor) ? tf.reshape(value.factor, [1]) : undefined,
  };
}

const isOne = (factor: InputRule["factor"]): factor is tf.Tensor => typeof factor === "object" && factor.size === 1;
