import type { LayerBinarizer, ScoresBinarizer, ValuesBinarizer } from "../binarize/binarizer";

/** The places in a ViT that can be binarized, in the order data flows through them. */
export const binarizable = ["conv", "qkv", "scores", "values", "projection", "fc1", "fc2"] as const;

/** One place that can be binarized. `scores` is QKᵀ, `values` is AV; the others are the layers of that name. */
export type BinarizablePart = (typeof binarizable)[number];

/** Of those, the layers with a weight matrix. */
export type BinarizableLayer = Exclude<BinarizablePart, "scores" | "values">;

/** Every place, each with its binarizer or `"off"`. */
export type Binarization = { readonly [part in BinarizableLayer]: LayerBinarizer | "off" } & {
  readonly scores: ScoresBinarizer | "off";
  readonly values: ValuesBinarizer | "off";
};

/** The sizes of a vision transformer, and the few facts that decide how data flows. */
export interface Sizes {
  /** Height and width of the (square) input, pixels. */
  readonly imageSize: number;
  /** Height and width of a patch, pixels; divides `imageSize`. With a convolutional stem, the strides of both multiplied. */
  readonly patchSize: number;
  /** What makes tokens of pixels: one convolution whose stride is its size, or two of 3×3, as compact transformers have. */
  readonly stem: "patch" | "conv";
  /** Colour channels of the input. */
  readonly channels: number;
  /** Width of a token. */
  readonly embedDim: number;
  /** Number of transformer blocks. */
  readonly depth: number;
  /** Attention heads; divides `embedDim`. */
  readonly numHeads: number;
  /** Hidden width of the MLP. */
  readonly mlpDim: number;
  /** Number of classes. */
  readonly numClasses: number;
  /** What the head reads: an extra class token, or the mean over the patch tokens. */
  readonly pooling: "class-token" | "mean";
  /** ε of every layer norm. */
  readonly normEpsilon: number;
  /** Distances, in patches, by which tokens are shifted beside each MLP, as in BHViT; none unless said otherwise. */
  readonly shift: readonly number[];
}

/** A pre-norm vision transformer, complete: nothing is left to a default. Made by `parseModelConfig`. */
export interface ModelConfig extends Sizes {
  /** What the hidden units of the MLP go through: `gelu`, `relu`, or what a method brings along. */
  readonly activation: string;
  readonly binarize: Binarization;
}

/** @returns patches side by side, imageSize / patchSize */
export const gridSize = ({ imageSize, patchSize }: Sizes): number => imageSize / patchSize;

/** @returns name of a shift beside an MLP, e.g. `blocks.0.mlp.shift.1` */
export const shiftName = (mlp: string, distance: number): string => `${mlp}.shift.${distance}`;

/** @returns what each block adds to its residual, in the order data flows: `blocks.0.attention`, `blocks.0.mlp`, … */
export const branches = ({ depth }: Sizes): string[] =>
  Array.from({ length: depth }, (_, i) => [`blocks.${i}.attention`, `blocks.${i}.mlp`]).flat();

/** The most distances that tokens are shifted by. */
export const mostShifts = 4;

/** @returns what is wrong with the distances that tokens are shifted by, if anything: they go around the grid's edges */
export function shiftProblem({
  shift,
  ...sizes
}: Pick<Sizes, "shift" | "imageSize" | "patchSize">): string | undefined {
  const side = sizes.imageSize / sizes.patchSize;
  if (new Set(shift).size === shift.length && shift.every((distance) => distance < side)) return undefined;
  return `expected distances below ${side}, the patches of a side, each once, got ${shift.join(", ")}`;
}

/** @returns the number of patches, (imageSize / patchSize)² */
export const numPatches = (sizes: Sizes): number => gridSize(sizes) ** 2;

/** @returns the number of tokens a block sees: the patches, and the class token if there is one */
export const numTokens = (sizes: Sizes): number => numPatches(sizes) + (sizes.pooling === "class-token" ? 1 : 0);
