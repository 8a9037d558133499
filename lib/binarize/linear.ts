import * as tf from "@tensorflow/tfjs";
import { linear } from "../ops/linear";
import { stopGradient } from "../ops/stop-gradient";
import type { Binarizer } from "./binarizer";
import { sign } from "./sign";
import { binarizeWeight } from "./weight";

/** The parameters of a binarized layer. */
export interface BinaryLinearParameters {
  /** Latent float weights; shape [I, O]. */
  readonly weight: tf.Tensor;
  /** Shape [O]. */
  readonly bias: tf.Tensor;
  /** Learned coefficient; shape [1, O] or [1, 1]; only for the learned scale forms. */
  readonly scale?: tf.Tensor;
}

/**
 * A linear layer with binarized weights and, in W1A1, binarized inputs.
 *
 * y = (a(x) · α sign(W)) · β + bias, a = sign (W1A1) or identity (W1A32), β = 1 or mean abs(x) of each token
 *
 * B: images, N: tokens, I: inputs, O: outputs
 *
 * @param x - shape [B, N, I]
 * @param parameters - latent weights, bias and, where learned, the coefficient
 * @param binarizer - how; see `Binarizer`
 * @returns shape [B, N, O]
 *
 * Reference: Rastegari et al., *XNOR-Net*, 2016, section 3.2; Sato et al., PRMU2022-83, 2023, for ViT.
 */
export function binaryLinear(x: tf.Tensor, parameters: BinaryLinearParameters, binarizer: Binarizer): tf.Tensor {
  const input = binarizer.activation === "sign" ? sign(x, binarizer.activationSte) : x;
  const weight = binarizeWeight(parameters.weight, binarizer, parameters.scale);
  if (binarizer.activationScale === "none") return linear(input, weight, parameters.bias);
  const tokenScale = stopGradient(tf.mean(tf.abs(x), -1, true)); // [B, N, 1]
  return tf.add(tf.mul(linear(input, weight), tokenScale), parameters.bias);
}
