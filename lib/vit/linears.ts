import { type BinarizableLayer, numPatches, numTokens, type Sizes } from "./config";

/** A layer with a weight matrix: where it is and how large. */
export interface Linear {
  /** Prefix of its parameters, e.g. `blocks.0.mlp.fc1`. */
  readonly name: string;
  /** Name of the weight parameter. */
  readonly weight: string;
  readonly bias: string;
  /** What a configuration binarizes it by; the head stays float. */
  readonly part: BinarizableLayer | "head";
  readonly inputs: number;
  readonly outputs: number;
  /** How many times the matrix is applied to one image: the number of tokens it reads. */
  readonly tokens: number;
}

/**
 * Every layer with a weight matrix, in the order data flows; sizes alone decide, so that the engine asks here too.
 *
 * @returns patch embedding, qkv, out, fc1, fc2 of each block, head
 */
export function linears(sizes: Sizes): Linear[] {
  const { embedDim, mlpDim, patchSize, channels } = sizes;
  const tokens = numTokens(sizes);
  const layer = (name: string, part: Linear["part"], inputs: number, outputs: number): Linear => ({
    name,
    weight: `${name}.weight`,
    bias: `${name}.bias`,
    ...{ part, inputs, outputs, tokens },
  });
  const patch = layer("patch", "conv", patchSize ** 2 * channels, embedDim);
  const blocks = Array.from({ length: sizes.depth }, (_, i) => [
    layer(`blocks.${i}.attention.qkv`, "qkv", embedDim, 3 * embedDim),
    layer(`blocks.${i}.attention.out`, "projection", embedDim, embedDim),
    layer(`blocks.${i}.mlp.fc1`, "fc1", embedDim, mlpDim),
    layer(`blocks.${i}.mlp.fc2`, "fc2", mlpDim, embedDim),
  ]);
  return [
    { ...patch, weight: "patch.kernel", tokens: numPatches(sizes) },
    ...blocks.flat(),
    { ...layer("head", "head", embedDim, sizes.numClasses), tokens: 1 },
  ];
}
