import { type Binarizer, isLearned } from "../binarize/binarizer";
import { type ModelConfig, numPatches, numTokens } from "./config";

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
  const shapes: Record<string, readonly number[]> = Object.create(null); // it is asked for names from files
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
