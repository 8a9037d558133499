import * as tf from "@tensorflow/tfjs";
import type { Binarizer } from "../binarize/binarizer";
import { isLearned } from "../binarize/scale";
import { Random } from "../random";
import { type ModelConfig, numPatches, numTokens } from "./config";

/** Named parameters; the names and shapes of a configuration come from `parameterShapes`. */
export type Parameters = Readonly<Record<string, tf.Tensor>>;

/** The same on the host: what is trained, saved and loaded. */
export type ParameterArrays = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }>
>;

/** A layer with a weight matrix: where it is, how large, and how it is binarized. */
export interface WeightLayer {
  /** Name of the weight parameter. */
  readonly weight: string;
  readonly bias: string;
  readonly scale: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly binarizer: Binarizer | "off";
  /** How many times the matrix is applied to one image: the number of tokens it reads. */
  readonly tokens: number;
}

/**
 * Every layer with a weight matrix, in the order data flows.
 *
 * @param config - the model
 * @returns patch embedding, qkv, out, fc1, fc2 of each block, head
 */
export function weightLayers(config: ModelConfig): WeightLayer[] {
  const { embedDim, mlpDim, binarize } = config;
  const tokens = numTokens(config);
  const layer = (prefix: string, inputs: number, outputs: number, binarizer: Binarizer | "off"): WeightLayer => ({
    weight: `${prefix}.weight`,
    bias: `${prefix}.bias`,
    scale: `${prefix}.scale`,
    inputs,
    outputs,
    binarizer,
    tokens,
  });
  const patch = layer("patch", config.patchSize ** 2 * config.channels, embedDim, binarize.conv);
  const blocks = Array.from({ length: config.depth }, (_, i) => [
    layer(`blocks.${i}.attention.qkv`, embedDim, 3 * embedDim, binarize.qkv),
    layer(`blocks.${i}.attention.out`, embedDim, embedDim, binarize.projection),
    layer(`blocks.${i}.mlp.fc1`, embedDim, mlpDim, binarize.fc1),
    layer(`blocks.${i}.mlp.fc2`, mlpDim, embedDim, binarize.fc2),
  ]);
  return [
    { ...patch, weight: "patch.kernel", tokens: numPatches(config) },
    ...blocks.flat(),
    { ...layer("head", embedDim, config.numClasses, "off"), tokens: 1 },
  ];
}

/**
 * Name and shape of every parameter.
 *
 * @param config - the model
 * @returns names in the order data flows
 */
export function parameterShapes(config: ModelConfig): Record<string, readonly number[]> {
  const { embedDim, patchSize, channels } = config;
  const shapes: Record<string, readonly number[]> = {};
  const norm = (prefix: string) => {
    shapes[`${prefix}.gamma`] = [embedDim];
    shapes[`${prefix}.beta`] = [embedDim];
  };
  for (const { weight, bias, scale, inputs, outputs, binarizer } of weightLayers(config)) {
    if (weight.endsWith("attention.qkv.weight")) norm(weight.replace("attention.qkv.weight", "norm1"));
    if (weight.endsWith("mlp.fc1.weight")) norm(weight.replace("mlp.fc1.weight", "norm2"));
    if (weight === "head.weight") norm("norm");
    shapes[weight] = weight === "patch.kernel" ? [patchSize, patchSize, channels, outputs] : [inputs, outputs];
    shapes[bias] = [outputs];
    if (binarizer !== "off" && isLearned(binarizer.scale)) {
      shapes[scale] = [1, binarizer.scale === "learned" ? outputs : 1];
    }
    if (weight !== "patch.kernel") continue;
    if (config.pooling === "class-token") shapes.classToken = [1, 1, embedDim];
    shapes.positionEmbedding = [1, numTokens(config), embedDim];
  }
  return shapes;
}

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
