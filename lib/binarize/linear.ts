import * as tf from "@tensorflow/tfjs";
import { hasKernels } from "../backend/kernels";
import { linear } from "../ops/linear";
import { stopGradient } from "../ops/stop-gradient";
import type { Binarizer } from "./binarizer";
import { fusedBinaryLinear } from "./fused-linear";
import { isKernelBinarizer } from "./kernel-binarizer";
import { sign } from "./sign";
import { expectScale, signsAndFactor } from "./weight";

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
 * y = (a(x) · sign(V)) · α · β + bias, a = sign (W1A1) or identity (W1A32), β = 1 or mean abs(x) of each token
 *
 * The product with the bare signs comes first: in W1A1 it is an exact integer, the same in floats, in bits and in the
 * packed model, so a sum that is 0 is 0 everywhere and the next sign does not depend on rounding.
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
  if (hasKernels() && isKernelBinarizer(binarizer)) {
    expectScale(binarizer, parameters.scale);
    return fusedBinaryLinear(x, parameters, binarizer);
  }
  const { signs, factor } = signsAndFactor(parameters.weight, binarizer, parameters.scale);
  let y = linear(binarizer.activation === "sign" ? sign(x, binarizer.activationSte) : x, signs);
  if (factor) y = tf.mul(y, factor);
  if (binarizer.activationScale === "token") y = tf.mul(y, stopGradient(tf.mean(tf.abs(x), -1, true))); // [B, N, 1]
  return tf.add(y, parameters.bias);
}
