import * as tf from "@tensorflow/tfjs";
import { patchify } from "../ops/patchify";
import type { ModelConfig } from "../vit/config";
import type { Parameters } from "../vit/parameters";

/**
 * The float model written as TensorFlow.js users write it: stock operations, gradients by its own autodiff.
 *
 * It is what the kit's training is measured against; its logits equal those of `forward`.
 *
 * @param config - the model; binarization is ignored
 * @param p - as named by `parameterShapes`
 * @param images - shape [B, S, S, c]
 * @returns logits; shape [B, C]
 */
export function stockForward(config: ModelConfig, p: Parameters, images: tf.Tensor): tf.Tensor {
  const { embedDim, numHeads, patchSize, channels } = config;
  const headDim = embedDim / numHeads;
  const dense = (x: tf.Tensor, name: string, weight = p[`${name}.weight`]) => {
    const [inputs, outputs] = weight.shape as [number, number];
    const product = tf.matMul(tf.reshape(x, [-1, inputs]) as tf.Tensor2D, weight as tf.Tensor2D);
    return tf.reshape(tf.add(product, p[`${name}.bias`]), [...x.shape.slice(0, -1), outputs]);
  };
  const norm = (x: tf.Tensor, name: string) => {
    const { mean, variance } = tf.moments(x, -1, true);
    const normalized = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, config.normEpsilon)));
    return tf.add(tf.mul(normalized, p[`${name}.gamma`]), p[`${name}.beta`]);
  };
  const gelu = (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
  const attention = (x: tf.Tensor, block: string) => {
    const [batch, tokens] = x.shape as [number, number];
    const qkv = tf.reshape(dense(x, `${block}.attention.qkv`), [batch, tokens, 3, numHeads, headDim]);
    const [query, key, value] = tf.unstack(tf.transpose(qkv, [2, 0, 3, 1, 4])); // each [B, H, N, d]
    const scores = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(headDim));
    const context = tf.transpose(tf.matMul(tf.softmax(scores), value), [0, 2, 1, 3]);
    return dense(tf.reshape(context, [batch, tokens, embedDim]), `${block}.attention.out`);
  };
  const kernel = tf.reshape(p["patch.kernel"], [patchSize * patchSize * channels, embedDim]);
  const patches = dense(patchify(images, patchSize), "patch", kernel);
  const classToken = tf.tile(p.classToken, [images.shape[0], 1, 1]);
  let x: tf.Tensor = tf.add(tf.concat([classToken, patches], 1), p.positionEmbedding);
  for (let i = 0; i < config.depth; i++) {
    const block = `blocks.${i}`;
    x = tf.add(x, attention(norm(x, `${block}.norm1`), block));
    x = tf.add(x, dense(gelu(dense(norm(x, `${block}.norm2`), `${block}.mlp.fc1`)), `${block}.mlp.fc2`));
  }
  const pooled = tf.reshape(tf.slice(x, [0, 0, 0], [-1, 1, embedDim]), [-1, embedDim]);
  return dense(norm(pooled, "norm"), "head");
}
