import * as tf from "@tensorflow/tfjs";
import { attendBinary, binarizeOperand } from "../binarize/attention";
import type { Binarizer } from "../binarize/binarizer";
import { binaryPatchEmbedding } from "../binarize/conv";
import { binaryLinear } from "../binarize/linear";
import { add } from "../ops/add";
import { attend, attentionProbabilities, joinHeads, selfAttention, splitHeads } from "../ops/attention";
import { gelu } from "../ops/gelu";
import { layerNorm } from "../ops/layer-norm";
import { linear } from "../ops/linear";
import { patchify } from "../ops/patchify";
import type { ModelConfig } from "./config";
import type { Parameters } from "./parameters";

/** What the forward pass computes on its way, kept on request. N counts the class token where there is one. */
export interface Intermediates {
  /** Tokens that enter the first block; shape [B, N, D]. */
  readonly embedded: tf.Tensor;
  /** Attention probabilities of each block; shape [B, H, N, N]. */
  readonly attention: readonly tf.Tensor[];
  /** Output of each block; shape [B, N, D]. */
  readonly blocks: readonly tf.Tensor[];
  /** What the head reads: class token or mean, after the last norm; shape [B, D]. */
  readonly pooled: tf.Tensor;
}

/** How a forward pass is run. */
export interface ForwardOptions {
  /** How far the training is, 0 … 1, for what changes over it; 1 by default: the trained model. */
  readonly progress?: number;
}

/**
 * A pre-norm vision transformer, from images to logits.
 *
 * x₀ = [class; patches · E] + position; x' = x + MHSA(norm(x)); x'' = x' + MLP(norm(x')); logits = head(norm(x_L))
 *
 * B: images, S: image size, c: channels, C: classes
 *
 * @param config - the model; says which layers are binarized
 * @param parameters - as named by `parameterShapes(config)`
 * @param images - normalized; shape [B, S, S, c]
 * @param _options - how far the training is
 * @returns logits; shape [B, C]
 *
 * Reference: Dosovitskiy et al., *An Image is Worth 16x16 Words*, 2021, eq. 1-4.
 */
export function forward(
  config: ModelConfig,
  parameters: Parameters,
  images: tf.Tensor,
  _options: ForwardOptions = {},
): tf.Tensor {
  return run(config, parameters, images);
}

/**
 * `forward`, keeping what it computes on its way; for plots and teaching.
 *
 * @returns logits and intermediates; the caller disposes them
 */
export function forwardWithIntermediates(
  config: ModelConfig,
  parameters: Parameters,
  images: tf.Tensor,
  _options: ForwardOptions = {},
): { readonly logits: tf.Tensor } & Intermediates {
  return tf.tidy(() => {
    const kept = { embedded: images, attention: [] as tf.Tensor[], blocks: [] as tf.Tensor[], pooled: images };
    const logits = run(config, parameters, images, kept);
    return { logits, ...kept };
  });
}

interface Trace {
  embedded: tf.Tensor;
  attention: tf.Tensor[];
  blocks: tf.Tensor[];
  pooled: tf.Tensor;
}

function run(config: ModelConfig, p: Parameters, images: tf.Tensor, trace?: Trace): tf.Tensor {
  let x = embed(config, p, images);
  if (trace) trace.embedded = x;
  for (let i = 0; i < config.depth; i++) {
    const block = `blocks.${i}`;
    let context = attention(config, p, block, norm(config, p, `${block}.norm1`, x), trace);
    // After the last attention only the class token is read: the rest of the block is computed for it alone.
    if (i === config.depth - 1 && config.pooling === "class-token" && !trace) {
      [x, context] = [firstToken(x), firstToken(context)];
    }
    x = add(x, layer(p, `${block}.attention.out`, context, config.binarize.projection));
    x = add(x, mlp(config, p, block, norm(config, p, `${block}.norm2`, x)));
    trace?.blocks.push(x);
  }
  const pooled = norm(config, p, "norm", pool(config, x));
  if (trace) trace.pooled = pooled;
  return linear(pooled, p["head.weight"], p["head.bias"]);
}

function embed(config: ModelConfig, p: Parameters, images: tf.Tensor): tf.Tensor {
  const { patchSize, channels, embedDim, binarize } = config;
  const patch = { kernel: p["patch.kernel"], bias: p["patch.bias"], scale: p["patch.scale"] };
  const patches =
    binarize.conv === "off"
      ? linear(
          patchify(images, patchSize),
          tf.reshape(patch.kernel, [patchSize * patchSize * channels, embedDim]),
          patch.bias,
        )
      : binaryPatchEmbedding(images, patch, binarize.conv);
  if (config.pooling === "mean") return tf.add(patches, p.positionEmbedding);
  const classToken = tf.tile(p.classToken, [images.shape[0], 1, 1]);
  return tf.add(tf.concat([classToken, patches], 1), p.positionEmbedding); // [B, N, D]
}

/** Context of every token; the output projection is left to the caller. */
function attention(config: ModelConfig, p: Parameters, block: string, x: tf.Tensor, trace?: Trace): tf.Tensor {
  const { numHeads, binarize } = config;
  const qkv = layer(p, `${block}.attention.qkv`, x, binarize.qkv);
  if (binarize.scores === "off" && binarize.values === "off" && !trace) {
    return selfAttention(qkv, numHeads);
  }
  const { query, key, value } = splitHeads(qkv, numHeads);
  const operand = (t: tf.Tensor, how: Binarizer | "off") => (how === "off" ? t : binarizeOperand(t, how));
  const [asks, offers] = [operand(query, binarize.scores), operand(key, binarize.scores)];
  if (binarize.values === "off") {
    trace?.attention.push(attentionProbabilities(asks, offers));
    return joinHeads(attend(asks, offers, value));
  }
  const probabilities = attentionProbabilities(asks, offers);
  trace?.attention.push(probabilities);
  return joinHeads(attendBinary(probabilities, operand(value, binarize.values), binarize.values));
}

function mlp(config: ModelConfig, p: Parameters, block: string, x: tf.Tensor): tf.Tensor {
  const hidden = gelu(layer(p, `${block}.mlp.fc1`, x, config.binarize.fc1));
  return layer(p, `${block}.mlp.fc2`, hidden, config.binarize.fc2);
}

function layer(p: Parameters, name: string, x: tf.Tensor, binarizer: Binarizer | "off"): tf.Tensor {
  const [weight, bias, scale] = [p[`${name}.weight`], p[`${name}.bias`], p[`${name}.scale`]];
  return binarizer === "off" ? linear(x, weight, bias) : binaryLinear(x, { weight, bias, scale }, binarizer);
}

const norm = (config: ModelConfig, p: Parameters, name: string, x: tf.Tensor): tf.Tensor =>
  layerNorm(x, p[`${name}.gamma`], p[`${name}.beta`], config.normEpsilon);

// Layer norm works token by token, so pooling the class token first gives the same logits for less work;
// the mean over tokens is taken first too, which is this kit's definition of mean pooling.
function pool(config: ModelConfig, x: tf.Tensor): tf.Tensor {
  if (config.pooling === "mean") return tf.mean(x, 1);
  const [batch, , width] = x.shape as [number, number, number];
  return tf.reshape(firstToken(x), [batch, width]);
}

/** [B, N, D] → [B, 1, D] */
function firstToken(x: tf.Tensor): tf.Tensor {
  const [batch, tokens, width] = x.shape as [number, number, number];
  return tokens === 1 ? x : tf.slice(x, [0, 0, 0], [batch, 1, width]);
}
