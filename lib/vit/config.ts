import type { Binarizer } from "../binarize/binarizer";

/** The places in a ViT that can be binarized, in the order data flows through them. */
export const binarizable = ["conv", "qkv", "scores", "values", "projection", "fc1", "fc2"] as const;

/** One place that can be binarized. `scores` is QKᵀ, `values` is AV; the others are the layers of that name. */
export type BinarizablePart = (typeof binarizable)[number];

/** Every place, each with its binarizer or `"off"`. */
export type Binarization = Readonly<Record<BinarizablePart, Binarizer | "off">>;

/** A pre-norm vision transformer, complete: nothing is left to a default. Made by `parseModelConfig`. */
export interface ModelConfig {
  /** Height and width of the (square) input, pixels. */
  readonly imageSize: number;
  /** Height and width of a patch, pixels; divides `imageSize`. */
  readonly patchSize: number;
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
  readonly binarize: Binarization;
}

/** @returns the number of patches, (imageSize / patchSize)² */
export const numPatches = (config: ModelConfig): number => (config.imageSize / config.patchSize) ** 2;

/** @returns the number of tokens a block sees: the patches, and the class token if there is one */
export const numTokens = (config: ModelConfig): number =>
  numPatches(config) + (config.pooling === "class-token" ? 1 : 0);
