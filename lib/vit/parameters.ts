import * as tf from "@tensorflow/tfjs";
import { Random } from "../base/random";
import { isLearned } from "../binarize/binarizer";
import type { ModelConfig } from "./config";
import { parameterShapes, type WeightLayer, weightLayers } from "./layers";

/** Named parameters; the names and shapes of a configuration come from `parameterShapes`. */
export type Parameters = Readonly<Record<string, tf.Tensor>>;

/** The same on the host: what is trained, saved and loaded. */
export type ParameterArrays = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
>;

/**
 * Fresh parameters: weights uniform in ±√(3 / inputs) · gain, embeddings normal with deviation 0.2, norms 1 and 0,
 * biases 0, learned coefficients at the mean they replace.
 *
 * @param config - the model
 * @param seed - the same seed gives the same numbers on every machine, whatever is binarized
 */
export function initialParameters(config: ModelConfig, seed: number): ParameterArrays {
  const layers = new Map(weightLayers(config).map((layer) => [layer.weight, layer]));
  const arrays: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  for (const [index, [name, shape]] of Object.entries(parameterShapes({ ...config, binarize: off })).entries()) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    const random = new Random(seed, index);
    const layer = layers.get(name);
    if (layer) {
      const limit = Math.sqrt(3 / layer.inputs) * initialGain;
      for (let i = 0; i < data.length; i++) data[i] = limit * (2 * random.uniform() - 1);
    } else if (name === "classToken" || name === "positionEmbedding") {
      for (let i = 0; i < data.length; i++) data[i] = embeddingDeviation * random.normal();
    } else if (name.endsWith(".gamma")) data.fill(1);
    arrays[name] = { shape, data };
  }
  for (const layer of layers.values()) addLearnedScale(arrays, layer);
  return arrays;
}

/** Standard deviation of a fresh weight times √inputs: below 1, since the residual path should dominate at first. */
const initialGain = 0.6;

/**
 * Standard deviation of fresh class token and position embeddings. Ten times the usual 0.02: trained from scratch on
 * few images, a model that cannot tell positions apart at first overfits before it learns to.
 */
const embeddingDeviation = 0.2;

const off = {
  conv: "off",
  qkv: "off",
  scores: "off",
  values: "off",
  projection: "off",
  fc1: "off",
  fc2: "off",
} as const;

function addLearnedScale(
  arrays: Record<string, { shape: readonly number[]; data: Float32Array }>,
  { weight, scale, inputs, outputs, binarizer }: WeightLayer,
): void {
  if (binarizer === "off" || !isLearned(binarizer.scale)) return;
  const sums = new Float64Array(outputs);
  arrays[weight].data.forEach((value, i) => {
    sums[i % outputs] += Math.abs(value);
  });
  const data = Float32Array.from(sums, (sum) => sum / inputs);
  const mean = data.reduce((a, b) => a + b, 0) / outputs;
  arrays[scale] =
    binarizer.scale === "learned" ? { shape: [1, outputs], data } : { shape: [1, 1], data: Float32Array.of(mean) };
}

/** @returns the parameters as tensors of the current backend; the caller disposes them */
export function toTensors(arrays: ParameterArrays): Record<string, tf.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape], "float32")]),
  );
}
