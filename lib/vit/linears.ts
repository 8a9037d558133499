import { type BinarizableLayer, numTokens, type Sizes } from "./config";

/** What a convolution goes over: its input is [size, size, channels] for each image. */
export interface Window {
  readonly size: number;
  readonly channels: number;
  /** Pixels of a window's side. */
  readonly kernel: number;
  /** Pixels from a window to the next. */
  readonly stride: number;
  /** Zeros on each side of an image. */
  readonly padding: number;
}

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
  /** Of a convolution: it multiplies unfolded windows. */
  readonly window?: Window;
  /** How many times the matrix is applied to one image: the number of tokens it reads. */
  readonly tokens: number;
}

/**
 * Every layer with a weight matrix, in the order data flows; sizes alone decide, so that the engine asks here too.
 *
 * @returns patch embedding or the two convolutions of the stem, qkv, out, fc1, fc2 of each block, head
 */
export function linears(sizes: Sizes): Linear[] {
  const { embedDim, mlpDim } = sizes;
  const tokens = numTokens(sizes);
  const layer = (name: string, part: Linear["part"], inputs: number, outputs: number): Linear => ({
    name,
    weight: `${name}.weight`,
    bias: `${name}.bias`,
    ...{ part, inputs, outputs, tokens },
  });
  const blocks = Array.from({ length: sizes.depth }, (_, i) => [
    layer(`blocks.${i}.attention.qkv`, "qkv", embedDim, 3 * embedDim),
    layer(`blocks.${i}.attention.out`, "projection", embedDim, embedDim),
    layer(`blocks.${i}.mlp.fc1`, "fc1", embedDim, mlpDim),
    layer(`blocks.${i}.mlp.fc2`, "fc2", mlpDim, embedDim),
  ]);
  return [...stem(sizes), ...blocks.flat(), { ...layer("head", "head", embedDim, sizes.numClasses), tokens: 1 }];
}

/** The convolutions that make tokens of pixels. */
function stem(sizes: Sizes): Linear[] {
  const { imageSize, patchSize, channels, embedDim } = sizes;
  if (sizes.stem === "patch") {
    return [
      convolution("patch", embedDim, { size: imageSize, channels, kernel: patchSize, stride: patchSize, padding: 0 }),
    ];
  }
  const [first, second] = [Math.min(2, patchSize), Math.max(1, patchSize / 2)]; // strides
  const width = stemWidth(sizes);
  return [
    convolution("stem.0", width, { size: imageSize, channels, kernel: 3, stride: first, padding: 1 }),
    convolution("stem.1", embedDim, {
      size: imageSize / first,
      channels: width,
      kernel: 3,
      stride: second,
      padding: 1,
    }),
  ];
}

/** @returns channels between the two convolutions of a stem */
export const stemWidth = ({ embedDim }: Sizes): number => embedDim / 2;

const convolution = (name: string, outputs: number, window: Window): Linear => ({
  name,
  weight: `${name}.kernel`,
  bias: `${name}.bias`,
  part: "conv",
  inputs: window.kernel ** 2 * window.channels,
  outputs,
  window,
  tokens: (window.size / window.stride) ** 2,
});
