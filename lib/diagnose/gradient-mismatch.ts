import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { ConfigError } from "../base/errors";
import { Random } from "../base/random";
import type { Choice, LayerBinarizer } from "../binarize/binarizer";
import { slopes } from "../binarize/slopes/index";
import type { Batch } from "../data/batches";
import { crossEntropy } from "../ops/cross-entropy";
import { binaryLatent, isBinarized } from "../vit/binary-latent";
import type { ModelConfig } from "../vit/config";
import { forward } from "../vit/model";
import { type ParameterArrays, type Parameters, toTensors } from "../vit/parameters";
import { type LinearPlace, weightLayers } from "../vit/places";
import { cosine } from "./slope-mismatch";

/** How a layer's straight-through gradient and the loss agree. */
export interface LayerMismatch {
  /** E.g. `blocks.0.mlp.fc1`. */
  readonly layer: string;
  /** s, the width of the noise, in units of the weights. */
  readonly width: number;
  /** Share of signs that such noise changes, 0 … 1. */
  readonly flipped: number;
  /** By the name of the slope, −1 … 1; `own` where the quantizer brings a slope along that cannot be chosen. */
  readonly correlations: Readonly<Record<string, number>>;
  /** What chance alone makes of a correlation, one standard deviation: 1 / √directions. */
  readonly chance: number;
}

/**
 * What chance alone stays within 95 times in 100: about two standard deviations.
 *
 * @param rows - of a model; each layer has the same
 * @param count - of one correlation, or of the mean of as many
 */
export const chanceBand = (rows: readonly LayerMismatch[], count = 1): number =>
  (2 * Math.max(...rows.map(({ chance }) => chance))) / Math.sqrt(count);

/** How much is measured, and how. */
export interface MismatchOptions {
  /** s over the mean size of the layer's weights. */
  readonly width?: number;
  /** Random directions; two forward passes each, for each layer. */
  readonly directions?: number;
  readonly seed?: number;
  /** Layers that are looked at; all whose weights are binarized if left out. */
  readonly layers?: readonly string[];
}

/**
 * Whether straight-through gradients predict how the loss changes when latent weights move far enough to flip signs.
 *
 * δ_m = (L(W + s ε_m) − L(W − s ε_m)) / 2s, p_m = ⟨g, ε_m⟩, correlation = Σ p δ / √(Σ p² Σ δ²), ε_m normal, m = 1 … M;
 * L the mean cross entropy of one batch, W the latent weights of one layer, g the straight-through gradient of L at W
 *
 * Between flips L changes through α alone, so that no derivative at W says what a flip does. Smoothed by noise it has one:
 * with L_s(W) = E L(W + s ε) it is ∇L_s = E δ ε (Stein), so that E p δ = ⟨g, ∇L_s⟩ and E p² = ‖g‖², without bias. E δ² is
 * ‖∇L_s‖² and what bends beyond it, so that the correlation is the cosine of g and ∇L_s times a factor of at most 1: the
 * cosine is at least as large in size, and the ratio of two slopes' correlations is that of their cosines.
 *
 * It depends on s, which is stated, and on chance, ± 1 / √M. Only the layer's own slope changes: inputs further on keep
 * theirs, and what these pretend is part of g. It says nothing of whole trainings, in which gradients of many batches add up.
 *
 * @param config - the model
 * @param parameters - its parameters
 * @param batch - the images
 * @param options - width, directions, layers
 * @returns one row a layer; empty for a float model
 * @throws ConfigError if one of the layers is not there or its weights are not binarized, or width or directions are no
 *   positive numbers
 *
 * Reference: Stein, *Estimation of the Mean of a Multivariate Normal Distribution*, 1981, lemma 1; Yin et al.,
 * *Understanding Straight-Through Estimator in Training Activation Quantized Neural Nets*, 2019, section 2.
 */
export function gradientMismatch(
  config: ModelConfig,
  parameters: ParameterArrays,
  batch: Batch,
  { width = 0.25, directions = 64, seed = 1, layers }: MismatchOptions = {},
): LayerMismatch[] {
  if (!(width > 0 && Number.isFinite(width))) throw new ConfigError(`Expected a width above 0, got ${width}.`);
  if (!(Number.isInteger(directions) && directions >= 1)) {
    throw new ConfigError(`Expected one direction or more, got ${directions}.`);
  }
  const binarized = weightLayers(config).filter(isBinarized);
  const unknown = layers?.find((name) => !binarized.some((place) => place.name === name));
  if (unknown !== undefined) {
    const names = binarized.map(({ name }) => name).join(", ") || "none";
    throw new ConfigError(`There is no layer "${unknown}" with binarized weights. Those with: ${names}.`);
  }
  const places = binarized.filter(({ name }) => layers?.includes(name) ?? true);
  if (places.length === 0) return [];
  const tensors = toTensors(parameters);
  const names = places.map(({ weight }) => weight);
  const gradients = slopesOf(config, places).map(({ slope, model }) => ({
    slope,
    of: gradientsOf(model, tensors, batch, names),
  }));
  const rows = places.map((place, at): LayerMismatch => {
    const { name, weight } = place;
    const { data, shape } = parameters[weight];
    const s = (width * data.reduce((sum, w) => sum + Math.abs(w), 0)) / data.length;
    const random = new Random(seed, at);
    const changes = new Float64Array(directions);
    const predicted = gradients.map(() => new Float64Array(directions));
    let flipped = 0;
    for (let m = 0; m < directions; m++) {
      const noise = Float32Array.from(data, () => random.normal());
      const lossAt = (step: number) =>
        tf.tidy(() => {
          const moved = tf.tensor(
            data.map((w, i) => w + step * noise[i]),
            [...shape],
          );
          return readFloats(loss(config, { ...tensors, [weight]: moved }, batch))[0];
        });
      changes[m] = (lossAt(s) - lossAt(-s)) / (2 * s);
      for (const [i, { of }] of gradients.entries())
        predicted[i][m] = of[at].reduce((sum, g, j) => sum + g * noise[j], 0);
      if (m === 0)
        flipped = changedSigns(
          place,
          parameters,
          data.map((w, i) => w + s * noise[i]),
        );
    }
    const correlations = gradients.map(({ slope }, i) => [slope, cosine(predicted[i], changes)] as const);
    return {
      ...{ layer: name, width: s, flipped, chance: 1 / Math.sqrt(directions) },
      correlations: Object.fromEntries(correlations),
    };
  });
  tf.dispose(tensors);
  return rows;
}

/** The model with each slope for these weights, where their quantizers let it be chosen; other slopes stay. */
function slopesOf(config: ModelConfig, places: readonly LinearPlace[]): { slope: string; model: ModelConfig }[] {
  const parts = places.map(({ part, binarizer }) => [part, binarizer as LayerBinarizer] as const);
  if (!parts.every(([, { weight }]) => "slope" in (weight as Choice))) return [{ slope: "own", model: config }];
  return Object.keys(slopes).map((slope) => {
    const changed = parts.map(([part, how]) => [part, { ...how, weight: { ...(how.weight as Choice), slope } }]);
    return { slope, model: { ...config, binarize: { ...config.binarize, ...Object.fromEntries(changed) } } };
  });
}

/** Share of the signs that are others where a layer has other latent weights. */
function changedSigns(place: LinearPlace, parameters: ParameterArrays, weights: Float32Array): number {
  const bitsOf = (all: ParameterArrays) =>
    tf.tidy(() => readFloats(binaryLatent(place, all).latent).map((value) => (value < 0 ? 1 : 0)));
  const [before, after] = [
    bitsOf(parameters),
    bitsOf({ ...parameters, [place.weight]: { ...parameters[place.weight], data: weights } }),
  ];
  return before.reduce((sum, bit, i) => sum + (bit === after[i] ? 0 : 1), 0) / before.length;
}

/** Gradients of the loss by some parameters, on the host. */
function gradientsOf(config: ModelConfig, tensors: Parameters, batch: Batch, names: readonly string[]): Float32Array[] {
  const found: Float32Array[] = [];
  tf.tidy(() => {
    const compute = (...weights: tf.Tensor[]) =>
      loss(config, { ...tensors, ...Object.fromEntries(names.map((name, i) => [name, weights[i]])) }, batch);
    for (const gradient of tf.grads(compute)(names.map((name) => tensors[name]))) found.push(readFloats(gradient));
  });
  return found;
}

function loss(config: ModelConfig, parameters: Parameters, { images, labels, count }: Batch): tf.Scalar {
  const { imageSize, channels } = config;
  const logits = forward(config, parameters, tf.tensor(images, [count, imageSize, imageSize, channels]));
  return crossEntropy(logits, tf.tensor1d(labels, "int32"));
}
