import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import { Random } from "../base/random";
import type { Dataset, Split } from "../data/dataset";
import { evaluate } from "../train/evaluate";
import type { ModelConfig } from "../vit/config";
import { type ParameterArrays, toTensors } from "../vit/parameters";
import { weightLayers } from "../vit/places";

/** The loss along a line through a model. */
export interface LossSlice {
  /** How far along, in lengths of each filter; 0 is the model itself. */
  readonly at: readonly number[];
  /** Mean cross entropy there, nats. */
  readonly loss: readonly number[];
  /** 0 … 1. */
  readonly accuracy: readonly number[];
}

/** Where the line goes, and how finely it is sampled. */
export interface SliceOptions {
  /** Layers whose weights move, latent ones where they are binarized, e.g. `blocks.0.mlp.fc1`; all but the head if left out. */
  readonly layers?: readonly string[];
  readonly seed?: number;
  /** From −1 to 1, both among them; an odd number has the model itself too. */
  readonly points?: number;
}

/**
 * The loss along one random direction, scaled filter by filter, so that models with weights of other sizes compare.
 *
 * L(t) = loss(W + t D), t = −1 … 1; D normal, each filter of it as long as the filter of W: ‖D_o‖ = ‖W_o‖
 *
 * A filter is all weights of one output. Weights of the layers move, latent ones behind 1-bit weights, and α with them where
 * it is computed from them; biases, norms, embeddings and what quantizers learn stay. One direction of so many is an anecdote: it
 * shows how rough the loss is and how wide the valley, not that there is no other way down.
 *
 * @param config - the model
 * @param parameters - its parameters; left as they are
 * @param dataset - gives the normalization
 * @param split - the images, the same at every point
 * @param options - layers, seed and number of points
 * @throws ConfigError if a layer is not there, or there are fewer than two points
 *
 * Reference: Li et al., *Visualizing the Loss Landscape of Neural Nets*, 2018, section 4.
 */
export function lossSlice(
  config: ModelConfig,
  parameters: ParameterArrays,
  dataset: Dataset,
  split: Split,
  { layers = movable(config), seed = 1, points = 41 }: SliceOptions = {},
): LossSlice {
  if (!(Number.isInteger(points) && points >= 2)) throw new ConfigError(`Expected two points or more, got ${points}.`);
  const direction = filterDirection(config, parameters, layers, seed);
  const at = Array.from({ length: points }, (_, i) => (2 * i - points + 1) / (points - 1));
  const found = at.map((t) => {
    const tensors = toTensors(moved(parameters, direction, t));
    const evaluation = evaluate(config, tensors, dataset, split);
    tf.dispose(tensors);
    return evaluation;
  });
  return { at, loss: found.map(({ loss }) => loss), accuracy: found.map(({ accuracy }) => accuracy) };
}

/** @returns every layer with weights but the head, which stays float in every model */
const movable = (config: ModelConfig): string[] =>
  weightLayers(config).flatMap(({ name, part }) => (part === "head" ? [] : [name]));

/**
 * A random direction, each filter as long as that of the weights.
 *
 * @param layers - whose weights it is of
 * @param seed - a layer has its own stream, so that models of the same sizes get the same numbers before they are scaled
 * @returns by parameter name; of their shapes
 * @throws ConfigError if a layer is not there
 */
export function filterDirection(
  config: ModelConfig,
  parameters: ParameterArrays,
  layers: readonly string[],
  seed: number,
): Readonly<Record<string, Float32Array>> {
  const all = weightLayers(config);
  return Object.fromEntries(
    layers.map((name) => {
      const place = all.find((layer) => layer.name === name);
      if (!place)
        throw new ConfigError(`There is no layer "${name}". Layers: ${all.map((one) => one.name).join(", ")}.`);
      const random = new Random(seed, all.indexOf(place));
      const { data } = parameters[place.weight];
      const raw = Float64Array.from({ length: data.length }, () => random.normal());
      const [wanted, given] = [filterSizes(data, place.outputs), filterSizes(raw, place.outputs)];
      return [
        place.weight,
        Float32Array.from(raw, (d, i) => (d * wanted[i % place.outputs]) / given[i % place.outputs]),
      ];
    }),
  );
}

/** ‖W_o‖ of each output; W row-major, with outputs last. */
function filterSizes(values: ArrayLike<number>, outputs: number): Float64Array {
  const squares = new Float64Array(outputs);
  for (let i = 0; i < values.length; i++) squares[i % outputs] += values[i] ** 2;
  return squares.map(Math.sqrt);
}

/** W + t D, sharing what does not move. */
export const moved = (
  parameters: ParameterArrays,
  direction: Readonly<Record<string, Float32Array>>,
  t: number,
): ParameterArrays => ({
  ...parameters,
  ...Object.fromEntries(
    Object.entries(direction).map(([name, d]) => {
      const { shape, data } = parameters[name];
      return [name, { shape, data: data.map((w, i) => w + t * d[i]) }];
    }),
  ),
});
