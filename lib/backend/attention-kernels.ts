import type * as tf from "@tensorflow/tfjs";
import { hasSignKernels, run } from "./run-kernel";

/** The kernels that attention is made of, a part of `kernels`. */
export const attentionKernels = {
  /**
   * Scaled dot-product attention of every head.
   *
   * @param qkv - shape [B, N, 3D]: q, k, v, each split into heads
   * @param queries - M, how many of the N tokens ask: the first ones
   * @returns context, shape [B, M, D], and probabilities, shape [B, H, M, N]
   */
  attention(qkv: tf.Tensor, heads: number, queries = qkv.shape[1] as number): [tf.Tensor, tf.Tensor] {
    return run("BinvitAttention", { qkv }, { heads, queries }) as [tf.Tensor, tf.Tensor];
  },

  /** @returns gradient of qkv; `probs` is what `attention` returned */
  attentionGrad(dout: tf.Tensor, qkv: tf.Tensor, probs: tf.Tensor, heads: number): tf.Tensor {
    return run("BinvitAttentionGrad", { dout, qkv, probs }, { heads })[0];
  },

  /**
   * Context from scores that are already there, with the very roundings of the engine's `attentionBits`.
   *
   * @param scores - shape [..., M, N]
   * @param values - shape [..., N, d]
   * @returns context, shape [..., M, d], and probabilities, shape of scores
   */
  attendScores(scores: tf.Tensor, values: tf.Tensor): [tf.Tensor, tf.Tensor] {
    return run("BinvitAttendScores", { scores, values }) as [tf.Tensor, tf.Tensor];
  },

  /**
   * Softmax over the last axis, with the very roundings of `attention`.
   *
   * p = e^(scale (x − max x)) / Σ e^(scale (x − max x))
   *
   * @param scale - greater than 0
   * @returns shape of x
   */
  softmax: (x: tf.Tensor, scale = 1): tf.Tensor => run("BinvitSoftmax", { x }, { scale })[0],

  /** @returns its gradient of x, scale · p (dy − Σ dy p); `p` is what `softmax` returned */
  softmaxGrad: (dy: tf.Tensor, p: tf.Tensor, scale = 1): tf.Tensor => run("BinvitSoftmaxGrad", { dy, p }, { scale })[0],

  /**
   * Attention probabilities as bits, as the engine's `attentionBits` makes them: b = 1 where p ≥ t, else 0.
   *
   * @param p - shape [..., H, M, N]
   * @param thresholds - t of each head, or one for all; H values or 1
   * @returns b, shape of p, and the mean of the p that each row keeps, 0 where it keeps none; shape [..., H, M, 1]
   * @throws DivergenceError if there is a NaN
   */
  keepAbove(p: tf.Tensor, thresholds: tf.Tensor): [tf.Tensor, tf.Tensor] {
    return run("BinvitKeepAbove", { p, thresholds }) as [tf.Tensor, tf.Tensor];
  },

  /**
   * Many small products of matrices of ±1, by XNOR and popcount; where only the float kernels are registered, of floats.
   *
   * @param a - shape [..., M, K], all ±1
   * @param b - shape [..., K, N], or [..., N, K] with `transposeB`, all ±1; the leading axes of a
   * @returns exact whole numbers; shape [..., M, N]
   * @throws DivergenceError if bits are to be made of a NaN
   */
  signMatMul(a: tf.Tensor, b: tf.Tensor, options: { readonly transposeB?: boolean } = {}): tf.Tensor {
    const attrs = { transposeA: 0, transposeB: options.transposeB ? 1 : 0 };
    return run(hasSignKernels() ? "BinvitSignMatMul" : "BinvitGemm", { a, b }, attrs)[0];
  },
};
