import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";
import { TrainingError } from "../base/errors";
import { lengthsOf } from "./lengths";
import { powersOfRows } from "./softmax";
import { swapAxes } from "./swap-axes";

/** Queries, keys and values of every head; each of shape [B, H, N, d]. */
export interface Heads {
  readonly query: tf.Tensor;
  readonly key: tf.Tensor;
  readonly value: tf.Tensor;
}

/**
 * Scaled dot-product self-attention of all heads.
 *
 * context = softmax(Q Kᵀ / √d) V, heads joined again
 *
 * B: images, N: tokens, D: width, H: heads, d = D / H
 *
 * @param qkv - queries, keys, values side by side, each split into heads; shape [B, N, 3D]
 * @param numHeads - H
 * @param numQueries - M, how many tokens ask: the first ones; 1 where nothing but the class token is read afterwards
 * @returns shape [B, M, D]
 *
 * Reference: Vaswani et al., *Attention Is All You Need*, 2017, eq. 1.
 */
export function selfAttention(qkv: tf.Tensor, numHeads: number, numQueries = qkv.shape[1] as number): tf.Tensor {
  if (!hasKernels()) {
    return tf.tidy(() => {
      const { query, key, value } = splitHeads(qkv, numHeads);
      const [batch, , , headDim] = query.shape as [number, number, number, number];
      return joinHeads(attend(tf.slice(query, [0, 0, 0, 0], [batch, numHeads, numQueries, headDim]), key, value));
    });
  }
  const fused = tf.customGrad((input, save) => {
    const [context, probabilities] = kernels.attention(input as tf.Tensor, numHeads, numQueries);
    (save as tf.GradSaveFunc)([input as tf.Tensor, probabilities]);
    return {
      value: context,
      gradFunc: (dy: tf.Tensor, [savedQkv, savedProbabilities]: tf.Tensor[]) =>
        kernels.attentionGrad(dy, savedQkv, savedProbabilities, numHeads),
    };
  }) as (x: tf.Tensor) => tf.Tensor;
  return fused(qkv);
}

/**
 * The values of all tokens, weighted by how much each query attends to them.
 *
 * context = Σ e V / Σ e, e = e^(s − max s), s = Q Kᵀ / √d
 *
 * The sum of values is divided, not each e: where keys have equal scores, values that cancel leave exactly 0, whose sign
 * is +1 on every backend, and not a rounding of softmax.
 *
 * @param query - shape [B, H, N, d]
 * @param key - shape [B, H, N, d]
 * @param value - shape [B, H, N, d]
 * @returns shape [B, H, N, d]
 */
export const attend = (query: tf.Tensor, key: tf.Tensor, value: tf.Tensor): tf.Tensor =>
  weightedValues(scorePowers(query, key), value);

/**
 * `attend`, of scores that are already there: context = Σ e V / Σ e, e = e^(s − max s).
 *
 * dV = pᵀ · dy, ds = p (dp − Σ dp p), dp = dy · Vᵀ; p = e / Σ e
 *
 * @param scores - before the softmax; shape [B, H, N, N]
 * @param value - shape [B, H, N, d]
 * @returns shape [B, H, N, d]
 */
export function attendScores(scores: tf.Tensor, value: tf.Tensor): tf.Tensor {
  if (!hasKernels()) return weightedValues(powersOfRows(scores), value);
  const run = tf.customGrad((s, v, save) => {
    const [context, p] = kernels.attendScores(s as tf.Tensor, v as tf.Tensor);
    (save as tf.GradSaveFunc)([p, v as tf.Tensor]);
    const gradFunc = (dy: tf.Tensor, [probabilities, values]: tf.Tensor[]) => [
      kernels.softmaxGrad(kernels.gemm(dy, values, { transposeB: true }), probabilities),
      kernels.gemm(probabilities, dy, { transposeA: true }),
    ];
    return { value: context, gradFunc };
  }) as (scores: tf.Tensor, value: tf.Tensor) => tf.Tensor;
  return run(scores, value);
}

const weightedValues = (powers: tf.Tensor, value: tf.Tensor): tf.Tensor =>
  tf.div(tf.matMul(powers, value), tf.sum(powers, -1, true));

/**
 * How much every token attends to every other.
 *
 * A = softmax(Q Kᵀ / √d)
 *
 * @param query - shape [B, H, N, d]
 * @param key - shape [B, H, N, d]
 * @returns rows that sum to 1; shape [B, H, N, N]
 */
export function attentionProbabilities(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const powers = scorePowers(query, key);
    return tf.div(powers, tf.sum(powers, -1, true));
  });
}

function scorePowers(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
  const headDim = query.shape[3] as number;
  return powersOfRows(tf.matMul(query, tf.transpose(key, [0, 1, 3, 2])), 1 / Math.sqrt(headDim));
}

/**
 * Cuts the joint projection into heads.
 *
 * @param qkv - shape [B, N, 3D]
 * @param numHeads - H
 * @throws TrainingError if the projection cannot be cut so
 */
export function splitHeads(qkv: tf.Tensor, numHeads: number): Heads {
  const { B: batch, N: tokens, "3D": width } = lengthsOf("splitHeads: qkv", qkv, "B N 3D");
  const headDim = width / (3 * numHeads);
  if (!Number.isInteger(headDim)) {
    throw new TrainingError(`splitHeads: [${qkv.shape}] cannot be split into q, k, v of ${numHeads} heads.`);
  }
  return tf.tidy(() => {
    const perHead = swapAxes(tf.reshape(qkv, [batch, tokens, 3 * numHeads, headDim])); // [B, 3H, N, d]
    const parts = swapAxes(tf.reshape(perHead, [1, batch, 3, numHeads * tokens * headDim])); // [1, 3, B, HNd]
    const [query, key, value] = tf.unstack(tf.reshape(parts, [3, batch, numHeads, tokens, headDim]));
    return { query, key, value };
  });
}

/**
 * Puts the heads of each token side by side again.
 *
 * @param heads - shape [B, H, N, d]
 * @returns shape [B, N, H · d]
 */
export function joinHeads(heads: tf.Tensor): tf.Tensor {
  const { B, H, N, d } = lengthsOf("joinHeads: heads", heads, "B H N d");
  return tf.tidy(() => tf.reshape(swapAxes(heads), [B, N, H * d]));
}
