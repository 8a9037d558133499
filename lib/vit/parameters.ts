import * as tf from "@tensorflow/tfjs";
import { Random } from "../base/random";
import type { ModelConfig } from "./config";
import { type ParameterPlace, places } from "./places";

/** Named parameters; the names and shapes of a configuration come from `parameterShapes`. */
export type Parameters = Readonly<Record<string, tf.Tensor>>;

/** The same on the host: what is trained, saved and loaded. */
export type ParameterArrays = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
>;

/** Streams of random numbers for what belongs to quantizers: far from those of the model's own parameters. */
const ownStreams = 2_000_000;

/**
 * Fresh parameters: weights uniform in ±√(3 / inputs) · gain, embeddings normal with deviation 0.2, norms 1 and 0,
 * biases 0, what quantizers learn as they say.
 *
 * @param config - the model
 * @param seed - the same seed gives the same numbers on every machine, whatever is binarized
 */
export function initialParameters(config: ModelConfig, seed: number): ParameterArrays {
  const arrays: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  let [ownIndex, index] = [ownStreams, 0];
  for (const place of places(config)) {
    for (const parameter of place.parameters) {
      const random = new Random(seed, "own" in parameter.start ? ownIndex++ : index++);
      const weight = place.kind === "linear" ? arrays[place.weight]?.data : undefined;
      arrays[parameter.name] = { shape: parameter.shape, data: startValues(parameter, random, weight) };
    }
  }
  return arrays;
}

function startValues(
  { shape, start }: ParameterPlace,
  random: Random,
  weight: Float32Array = new Float32Array(),
): Float32Array {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if ("value" in start) return data.fill(start.value);
  if ("own" in start) {
    const { start: own } = start.own;
    return typeof own === "number" ? data.fill(own) : Float32Array.from(own({ weight, random }));
  }
  for (let i = 0; i < data.length; i++) {
    data[i] = "uniform" in start ? start.uniform * (2 * random.uniform() - 1) : start.deviation * random.normal();
  }
  return data;
}

/** @returns the parameters as tensors of the current backend; the caller disposes them */
export function toTensors(arrays: ParameterArrays): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape], "float32")]),
  );
}
