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
  /** Name of the activation that its outputs go through, if any: the next layer reads hidden units. */
  readonly activation?: string;
  /** Whether it is that next layer. */
  readonly readsHidden: boolean;
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
    readsHidden: false,
  });
  const blocks = Array.from({ length: sizes.depth }, (_, i) => [
    layer(`blocks.${i}.attention.qkv`, "qkv", embedDim, 3 * embedDim),
    layer(`blocks.${i}.attention.out`, "projection", embedDim, embedDim),
    { ...layer(`blocks.${i}.mlp.fc1`, "fc1", embedDim, mlpDim), activation: `blocks.${i}.mlp.activation` },
    { ...layer(`blocks.${i}.mlp.fc2`, "fc2", mlpDim, embedDim), readsHidden: true },
  ]);
  return [...stem(sizes), ...blocks.flat(), { ...layer("head", "head", embedDim, sizes.numClasses), tokens: 1 }];
}

/** The convolutions that make tokens of pixels. */
function stem(sizes: Sizes): Linear[] {
  const { imageSize: size, patchSize, channels, embedDim } = sizes;
  if (sizes.stem === "patch") {
    const window = { size, channels, kernel: patchSize, stride: patchSize, padding: 0 };
    return [{ ...convolution("patch", embedDim, window), readsHidden: false }];
  }
  const [first, second] = [Math.min(2, patchSize), Math.max(1, patchSize / 2)]; // strides
  const [hidden, form] = [embedDim / 2, { kernel: 3, padding: 1 }];
  const windows = [
    { ...form, size, channels, stride: first },
    { ...form, size: size / first, channels: hidden, stride: second },
  ];
  return [
    { ...convolution("stem.0", hidden, windows[0]), activation: "stem.activation", readsHidden: false },
    { ...convolution("stem.1", embedDim, windows[1]), readsHidden: true },
  ];
}

const convolution = (name: string, outputs: number, window: Window): Omit<Linear, "readsHidden"> => ({
  name,
  weight: `${name}.kernel`,
  bias: `${name}.bias`,
  part: "conv",
  inputs: window.kernel ** 2 * window.channels,
  outputs,
  window,
  tokens: (window.size / window.stride) ** 2,
});
