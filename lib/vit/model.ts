import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import { attendBinary, binaryScores } from "../binarize/attention";
import type { ScoresBinarizer } from "../binarize/binarizer";
import { binaryLinear } from "../binarize/linear";
import type { Own } from "../binarize/quantizer";
import { add } from "../ops/add";
import { attend, attendScores, attentionProbabilities, joinHeads, selfAttention, splitHeads } from "../ops/attention";
import { batchedMatMul } from "../ops/batched-matmul";
import { layerNorm } from "../ops/layer-norm";
import { lengthsOf } from "../ops/lengths";
import { linear } from "../ops/linear";
import { patchify } from "../ops/patchify";
import { repeat } from "../ops/repeat";
import { softmax } from "../ops/softmax";
import { tokenShift } from "../ops/token-shift";
import { unfold } from "../ops/unfold";
import { branches, gridSize, type ModelConfig, shiftName } from "./config";
import { expectParameters } from "./expect-parameters";
import type { Parameters } from "./parameters";
import { type ActivationPlace, type LinearPlace, type Place, placeNamed } from "./places";

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

/** What the forward pass may be told beside model and images. */
export interface ForwardOptions {
  /** How much of the training is over, 0 … 1, for quantizers that change on the way; a trained model is at 1. */
  readonly progress?: number;
  /** Called before a quantizer reads its input, with the name that is put before its parameters; see first-batch.ts. */
  readonly onInput?: (name: string, x: tf.Tensor) => void;
  /** Branches that add nothing, so that the residual alone passes; names as `branches` gives them. */
  readonly without?: readonly string[];
}

/**
 * A pre-norm vision transformer, from images to logits.
 *
 * x₀ = [class; patches · E] + position; x' = x + MHSA(norm(x)); x'' = x' + MLP(norm(x')); logits = head(norm(x_L))
 *
 * With shifts x'' = x' + Σ_δ shift_δ(norm(x')) + MLP(norm(x')).
 *
 * B: images, S: image size, c: channels, C: classes
 *
 * @param config - the model; says which layers are binarized
 * @param parameters - as named by `parameterShapes(config)`
 * @param images - normalized; shape [B, S, S, c]
 * @param options - where in the training, and what to leave out
 * @returns logits; shape [B, C]
 * @throws ConfigError if a parameter is missing, or a branch is to be left out that the model does not have
 * @throws TrainingError if the images are not of the model's size, or there are none
 *
 * Reference: Dosovitskiy et al., *An Image is Worth 16x16 Words*, 2021, eq. 1-4.
 */
export function forward(
  config: ModelConfig,
  parameters: Parameters,
  images: tf.Tensor,
  options: ForwardOptions = {},
): tf.Tensor {
  return tf.tidy(() => new Pass(config, parameters, options).run(images));
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
  options: ForwardOptions = {},
): { readonly logits: tf.Tensor } & Intermediates {
  return tf.tidy(() => {
    const kept = { embedded: images, attention: [] as tf.Tensor[], blocks: [] as tf.Tensor[], pooled: images };
    const logits = new Pass(config, parameters, options, kept).run(images);
    return { logits, ...kept };
  });
}

interface Trace {
  embedded: tf.Tensor;
  attention: tf.Tensor[];
  blocks: tf.Tensor[];
  pooled: tf.Tensor;
}

/** One pass over a batch. */
class Pass {
  constructor(
    private readonly config: ModelConfig,
    private readonly p: Parameters,
    private readonly options: ForwardOptions,
    private readonly trace?: Trace,
  ) {
    expectParameters(config, p);
    const known = branches(config);
    const unknown = options.without?.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new ConfigError(`This model has no branch "${unknown}" to leave out. Its branches: ${known.join(", ")}.`);
    }
  }

  run(images: tf.Tensor): tf.Tensor {
    const { config, p, trace } = this;
    lengthsOf("forward: images", images, "B S S c", { S: config.imageSize, c: config.channels });
    let x = this.embed(images);
    if (trace) trace.embedded = x;
    for (let i = 0; i < config.depth; i++) {
      const block = `blocks.${i}`;
      // In the last attention only the class token's context is read: from here on the block is computed for it alone.
      const alone = i === config.depth - 1 && config.pooling === "class-token" && !trace;
      const context = this.attention(`${block}.attention`, this.norm(`${block}.norm1`, x), alone);
      if (alone) x = firstToken(x);
      if (this.has(`${block}.attention`)) x = add(x, this.layer(`${block}.attention.out`, context));
      const normed = this.norm(`${block}.norm2`, x);
      x = this.shift(`${block}.mlp`, x, normed);
      if (this.has(`${block}.mlp`)) x = add(x, this.mlp(`${block}.mlp`, normed));
      trace?.blocks.push(x);
    }
    const pooled = this.norm("norm", this.pool(x));
    if (trace) trace.pooled = pooled;
    return linear(pooled, p["head.weight"], p["head.bias"]);
  }

  private has(branch: string): boolean {
    return !this.options.without?.includes(branch);
  }

  private embed(images: tf.Tensor): tf.Tensor {
    const { config, p } = this;
    const patches =
      config.stem === "conv" ? this.stem(images) : this.layer("patch", patchify(images, config.patchSize));
    if (config.pooling === "mean") return tf.add(patches, p.positionEmbedding);
    const classToken = repeat(p.classToken, images.shape[0]);
    return tf.add(tf.concat([classToken, patches], 1), p.positionEmbedding); // [B, N, D]
  }

  /** [B, S, S, c] → [B, N, D] by two convolutions. */
  private stem(images: tf.Tensor): tf.Tensor {
    const [first, second] = ["stem.0", "stem.1"].map((name) => placeNamed(this.config, name) as LinearPlace);
    const hidden = this.activate("stem.activation", this.layer("stem.0", unfold(images, first.window!)));
    const { size, channels } = second.window!;
    return this.layer("stem.1", unfold(tf.reshape(hidden, [-1, size, size, channels]), second.window!));
  }

  /** Context of every token, or of the first alone; the output projection is left to the caller. */
  private attention(name: string, x: tf.Tensor, firstAlone: boolean): tf.Tensor {
    const { numHeads, binarize } = this.config;
    const qkv = this.layer(`${name}.qkv`, x);
    if (binarize.scores === "off" && binarize.values === "off" && !this.trace) {
      return selfAttention(qkv, numHeads, firstAlone ? 1 : undefined);
    }
    const context = this.attentionInParts(name, qkv); // quantizers see every token
    return firstAlone ? firstToken(context) : context;
  }

  /** The same one product after the other: some may be binary, and each can be looked at. */
  private attentionInParts(name: string, qkv: tf.Tensor): tf.Tensor {
    const { trace } = this;
    const { numHeads, binarize } = this.config;
    const { scores, values } = binarize;
    const { query, key, value } = splitHeads(qkv, numHeads);
    if (scores === "off" && values === "off") {
      trace?.attention.push(attentionProbabilities(query, key));
      return joinHeads(attend(query, key, value));
    }
    const products = scores === "off" ? undefined : this.scores(`${name}.scores`, query, key, scores);
    if (values === "off") {
      trace?.attention.push(softmax(products as tf.Tensor));
      return joinHeads(attendScores(products as tf.Tensor, value));
    }
    const probabilities = products
      ? softmax(products)
      : softmax(batchedMatMul(query, key, true), attentionScale(query.shape[3] as number));
    trace?.attention.push(probabilities);
    this.options.onInput?.(`${name}.values.probabilities`, probabilities);
    this.options.onInput?.(`${name}.values.value`, value);
    const own = this.own(placeNamed(this.config, `${name}.values`));
    return joinHeads(attendBinary(probabilities, value, values, own, this.options.progress));
  }

  private scores(name: string, query: tf.Tensor, key: tf.Tensor, how: ScoresBinarizer): tf.Tensor {
    this.options.onInput?.(`${name}.query`, query);
    this.options.onInput?.(`${name}.key`, key);
    return binaryScores(query, key, how, this.own(placeNamed(this.config, name)), this.options.progress);
  }

  private mlp(name: string, x: tf.Tensor): tf.Tensor {
    return this.layer(`${name}.fc2`, this.activate(`${name}.activation`, this.layer(`${name}.fc1`, x)));
  }

  /** Adds the shifted tokens to x, one distance after the other. */
  private shift(mlp: string, x: tf.Tensor, normed: tf.Tensor): tf.Tensor {
    const side = gridSize(this.config);
    return this.config.shift.reduce((sum, distance) => {
      const { scale, offset } = this.own(placeNamed(this.config, shiftName(mlp, distance)));
      return add(sum, tokenShift(normed, scale, offset, { rows: side, columns: side, distance }));
    }, x);
  }

  private activate(name: string, x: tf.Tensor): tf.Tensor {
    const place = placeNamed(this.config, name) as ActivationPlace;
    return place.activation.apply(x, this.own(place), gridSize(this.config));
  }

  private layer(name: string, x: tf.Tensor): tf.Tensor {
    const place = placeNamed(this.config, name) as LinearPlace;
    const { binarizer, inputs, outputs, site } = place;
    const weight = tf.reshape(this.p[place.weight], [inputs, outputs]);
    const bias = this.p[place.bias];
    if (binarizer === "off") return linear(x, weight, bias);
    this.options.onInput?.(`${name}.input`, x);
    const { progress } = this.options;
    return binaryLinear(x, { ...this.own(place), weight, bias }, binarizer, { progress, ...site });
  }

  private norm(name: string, x: tf.Tensor): tf.Tensor {
    const { p, config } = this;
    return layerNorm(x, p[`${name}.gamma`], p[`${name}.beta`], config.normEpsilon);
  }

  // Layer norm works token by token, so pooling the class token first gives the same logits for less work;
  // the mean over tokens is taken first too, which is this kit's definition of mean pooling.
  private pool(x: tf.Tensor): tf.Tensor {
    if (this.config.pooling === "mean") return tf.mean(x, 1);
    const [batch, , width] = x.shape as [number, number, number];
    return tf.reshape(firstToken(x), [batch, width]);
  }

  /** What a place's quantizers learn, by their own names. */
  private own({ name, parameters }: Place): Own {
    const learned = parameters.filter(({ start }) => "own" in start);
    return Object.fromEntries(learned.map((own) => [own.name.slice(name.length + 1), this.p[own.name]]));
  }
}

/** 1/√d as the attention kernel rounds it. */
const attentionScale = (headDim: number): number => Math.fround(1 / Math.fround(Math.sqrt(headDim)));

/** [B, N, D] → [B, 1, D] */
function firstToken(x: tf.Tensor): tf.Tensor {
  const [batch, tokens, width] = x.shape as [number, number, number];
  return tokens === 1 ? x : tf.slice(x, [0, 0, 0], [batch, 1, width]);
}
