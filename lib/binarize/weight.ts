import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import { mean } from "../ops/mean";
import { stopGradient } from "../ops/stop-gradient";
import { type Binarizer, isLearned } from "./binarizer";
import { scaleFactor } from "./scale";
import { sign } from "./sign";

/** A weight matrix as signs and coefficient: W ≈ factor · signs. */
export interface BinaryWeight {
  /** ±1; shape [I, O]. */
  readonly signs: tf.Tensor;
  /** α; shape [1, O] or [1, 1]; none where α is 1. */
  readonly factor?: tf.Tensor;
}

/**
 * The signs of a weight matrix, and its coefficient.
 *
 * signs = sign(V), factor = α(V); V = W, or W − mean(W) over the input axis where `center` is set
 *
 * Pseudo-gradient: dV = dsigns · ste(V) + dα/dV, which flows through α = mean abs(V) under the `product` rule, stops
 * under `detached`, and belongs to the parameter where α is learned.
 *
 * I: inputs, O: outputs
 *
 * @param weight - latent weights W; shape [I, O]
 * @param binarizer - its weight fields are used
 * @param scale - learned α; shape [1, O] or [1, 1], needed for the learned forms and for no other
 * @throws ConfigError if a learned form comes without its parameter
 *
 * Reference: Rastegari et al., *XNOR-Net*, 2016, section 3.1.
 */
export function signsAndFactor(weight: tf.Tensor, binarizer: Binarizer, scale?: tf.Tensor): BinaryWeight {
  expectScale(binarizer, scale);
  const latent = binarizer.center ? tf.sub(weight, mean(weight, 0)) : weight;
  const signs = sign(latent, binarizer.weightSte);
  if (binarizer.scale === "none") return { signs };
  const factor = scaleFactor(latent, binarizer.scale, scale);
  const constant = binarizer.scaleGradient === "detached" && !isLearned(binarizer.scale);
  return { signs, factor: constant ? stopGradient(factor) : factor };
}

/**
 * A binarized weight matrix with its coefficient, W ≈ α · sign(V); gradients and parameters as for `signsAndFactor`.
 *
 * @returns α · sign(V); shape [I, O]
 */
export function binarizeWeight(weight: tf.Tensor, binarizer: Binarizer, scale?: tf.Tensor): tf.Tensor {
  const { signs, factor } = signsAndFactor(weight, binarizer, scale);
  return factor ? tf.mul(signs, factor) : signs;
}

/** @throws ConfigError if a learned coefficient is missing */
export function expectScale(binarizer: Binarizer, scale: tf.Tensor | undefined): void {
  if (!isLearned(binarizer.scale) || scale) return;
  throw new ConfigError(`Scale form "${binarizer.scale}" needs its parameter: pass the tensor \`scale\`.`);
}
