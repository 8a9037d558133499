import type * as tf from "@tensorflow/tfjs";
import { attentionKernels } from "./attention-kernels";
import { type ScaleForm, type SteForm, scaleCodes, steCodes } from "./kernel-codes";
import { run } from "./run-kernel";
import { signKernels } from "./sign-kernels";
import { windowKernels } from "./window-kernels";

export { hasKernels, hasSignKernels, type KernelName, type SignKernelName } from "./run-kernel";
export type { SignProductOptions } from "./sign-kernels";
export type { ShiftOptions, WindowOptions } from "./window-kernels";

/** How the weight of one layer is binarized. */
export interface WeightOptions {
  readonly scale: ScaleForm;
  readonly center: boolean;
}

/** And how that is differentiated. */
export interface WeightGradOptions extends WeightOptions {
  readonly ste: SteForm;
  readonly scaleGradient: "product" | "detached";
}

/** Which operands of a product are transposed, and what is added to each of its rows. */
export interface GemmOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly bias?: tf.Tensor;
}

/**
 * The fused kernels: gradients are put together in lib/ops and lib/binarize with tf.customGrad. Call them only where
 * `hasKernels()`, those of `signKernels` where `hasSignKernels()`; every tensor is float32, and a shape that does
 * not fit throws a TrainingError.
 */
export const kernels = {
  ...attentionKernels,
  ...windowKernels,
  ...signKernels,

  /**
   * C = op(A) · op(B) + bias
   *
   * @param a - shape [..., M, K], or [..., K, M] with `transposeA`
   * @param b - shape [..., K, N], or [..., N, K] with `transposeB`; the leading axes of a
   * @param options - `bias`: shape [N]
   * @returns shape [..., M, N]
   */
  gemm(a: tf.Tensor, b: tf.Tensor, options: GemmOptions = {}): tf.Tensor {
    const inputs: Record<string, tf.Tensor> = options.bias ? { a, b, bias: options.bias } : { a, b };
    const attrs = { transposeA: options.transposeA ? 1 : 0, transposeB: options.transposeB ? 1 : 0 };
    return run("BinvitGemm", inputs, attrs)[0];
  },

  /** @returns sums over every axis of x but the last; shape [D] */
  sumRows: (x: tf.Tensor): tf.Tensor => run("BinvitSumRows", { x })[0],

  /** @returns a + b, b repeated over the leading axes of a (bias [N] on [M, N], positions [1, N, D] on [B, N, D]) */
  add: (a: tf.Tensor, b: tf.Tensor): tf.Tensor => run("BinvitAdd", { a, b })[0],

  /** @returns layer norm over the last axis, and each row's mean and 1/√(var + ε) for the gradient */
  layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): [tf.Tensor, tf.Tensor, tf.Tensor] {
    return run("BinvitLayerNorm", { x, gamma, beta }, { epsilon }) as [tf.Tensor, tf.Tensor, tf.Tensor];
  },

  /** @returns gradients of x, gamma, beta */
  layerNormGrad(
    dy: tf.Tensor,
    x: tf.Tensor,
    gamma: tf.Tensor,
    mean: tf.Tensor,
    inverse: tf.Tensor,
  ): [tf.Tensor, tf.Tensor, tf.Tensor] {
    return run("BinvitLayerNormGrad", { dy, x, gamma, mean, inverse }) as [tf.Tensor, tf.Tensor, tf.Tensor];
  },

  /** @returns x Φ(x), absolute error below 2e-6, with the sign of x */
  gelu: (x: tf.Tensor): tf.Tensor => run("BinvitGelu", { x })[0],

  /** @returns dy (Φ(x) + x φ(x)) */
  geluGrad: (dy: tf.Tensor, x: tf.Tensor): tf.Tensor => run("BinvitGeluGrad", { dy, x })[0],

  /**
   * @param logits - shape [B, C]
   * @param labels - class indices as float32; shape [B]
   * @param share - what the sum over images is multiplied by
   * @returns loss and its gradient of the logits
   */
  crossEntropy(logits: tf.Tensor, labels: tf.Tensor, smoothing: number, share: number): [tf.Tensor, tf.Tensor] {
    return run("BinvitCrossEntropy", { logits, labels }, { smoothing, share }) as [tf.Tensor, tf.Tensor];
  },

  /** @returns +1 where x ≥ 0, −1 elsewhere */
  sign: (x: tf.Tensor): tf.Tensor => run("BinvitSign", { x })[0],

  /** @returns dy times the pseudo-gradient of sign(x) */
  signGrad(dy: tf.Tensor, x: tf.Tensor, form: SteForm): tf.Tensor {
    return run("BinvitSignGrad", { dy, x }, { form: steCodes[form] })[0];
  },

  /**
   * A line with a knee for each channel: (x − knee) + offset where x > knee, (x − knee) · slope + offset elsewhere.
   *
   * @param x - shape [..., O]
   * @param knee - shape [O], as slope and offset
   */
  knee(x: tf.Tensor, knee: tf.Tensor, slope: tf.Tensor, offset: tf.Tensor): tf.Tensor {
    return run("BinvitKnee", { x, knee, slope, offset })[0];
  },

  /** @returns gradients of x, knee, slope, offset; the last three of shape [O] */
  kneeGrad(
    dy: tf.Tensor,
    x: tf.Tensor,
    knee: tf.Tensor,
    slope: tf.Tensor,
  ): [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor] {
    const gradients = run("BinvitKneeGrad", { dy, x, knee, slope });
    return gradients as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  },

  /**
   * @param w - shape [I, O]
   * @param given - the parameter α of the learned forms: O values, or one for `learned-tensor`
   * @returns sign(v), shape of w, and α, shape [O] in every form
   */
  binarizeWeight(w: tf.Tensor, options: WeightOptions, given?: tf.Tensor): [tf.Tensor, tf.Tensor] {
    const attrs = { scale: scaleCodes[options.scale], center: options.center ? 1 : 0 };
    const inputs: Record<string, tf.Tensor> = given ? { w, given } : { w };
    return run("BinvitBinarizeWeight", inputs, attrs) as [tf.Tensor, tf.Tensor];
  },

  /**
   * @param dy - gradient of α sign(v); shape [I, O]
   * @param alpha - what `binarizeWeight` returned
   * @returns gradients of w, and of α: O values where it has one per output, else one
   */
  binarizeWeightGrad(
    dy: tf.Tensor,
    w: tf.Tensor,
    alpha: tf.Tensor,
    options: WeightGradOptions,
  ): [tf.Tensor, tf.Tensor] {
    const attrs = {
      scale: scaleCodes[options.scale],
      product: options.scaleGradient === "product" ? 1 : 0,
      form: steCodes[options.ste],
      center: options.center ? 1 : 0,
    };
    return run("BinvitBinarizeWeightGrad", { dy, w, alpha }, attrs) as [tf.Tensor, tf.Tensor];
  },

  /** @returns mean |x| over the last axis, with that axis kept at length 1 */
  tokenScale: (x: tf.Tensor): tf.Tensor => run("BinvitTokenScale", { x })[0],
};
