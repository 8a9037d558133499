import type * as tf from "@tensorflow/tfjs";
import { type SteForm, steCodes } from "./kernel-codes";
import { given, run } from "./run-kernel";

/** What a product with signs is multiplied by, and what is added: y = product · alpha · token + bias. */
export interface SignProductOptions {
  /** One coefficient an output; shape [O]. */
  readonly alpha: tf.Tensor;
  /** One coefficient a row; M values. */
  readonly token?: tf.Tensor;
  /** Shape [O]. */
  readonly bias?: tf.Tensor;
}

/** The kernels that work on signs as bits, a part of `kernels`. */
export const signKernels = {
  /**
   * A layer with 1-bit weights and inputs: (sign(x) · signs) · alpha · token + bias. The product is an exact integer.
   *
   * @param x - shape [..., I]; a NaN throws a TrainingError, since it has no sign
   * @param signs - ±1, from `binarizeWeight`; shape [I, O]
   * @returns shape [..., O]
   */
  signLinear(x: tf.Tensor, signs: tf.Tensor, options: SignProductOptions): tf.Tensor {
    return run("BinvitSignLinear", given({ x, signs, ...options }))[0];
  },

  /** @returns its gradient of x: (dy · alpha) · signsᵀ · token · ste(x) */
  signLinearInputGrad(
    dy: tf.Tensor,
    signs: tf.Tensor,
    x: tf.Tensor,
    options: SignProductOptions,
    form: SteForm,
  ): tf.Tensor {
    const { alpha, token } = options;
    return run("BinvitSignLinearInputGrad", given({ dy, signs, x, alpha, token }), { form: steCodes[form] })[0];
  },

  /** @returns its gradient of alpha · signs: sign(x)ᵀ · (dy · token); shape [I, O] */
  signLinearWeightGrad(x: tf.Tensor, dy: tf.Tensor, token?: tf.Tensor): tf.Tensor {
    return run("BinvitSignLinearWeightGrad", given({ x, dy, token }))[0];
  },

  /** A layer with 1-bit weights and float inputs: (x · signs) · alpha · token + bias; shapes as for `signLinear`. */
  floatBySigns(x: tf.Tensor, signs: tf.Tensor, options: SignProductOptions): tf.Tensor {
    return run("BinvitFloatBySigns", given({ x, signs, ...options }))[0];
  },

  /** @returns its gradient of x: (dy · alpha) · signsᵀ · token */
  floatBySignsGrad(dy: tf.Tensor, signs: tf.Tensor, options: SignProductOptions): tf.Tensor {
    const { alpha, token } = options;
    return run("BinvitFloatBySignsGrad", given({ dy, signs, alpha, token }))[0];
  },
};
