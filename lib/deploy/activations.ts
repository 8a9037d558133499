import type { InferenceKernels, Pointer } from "../kernels/module";
import { type ModelConfig, numPatches, numTokens } from "../vit/config";
import { weightLayers } from "../vit/layers";
import type { Arena } from "./arena";
import { type PackedModel, signBytes } from "./packed-model";
import { stagingBytes } from "./weights";

/** The buffers that a forward pass works in, for one batch. T: tokens of all its images, D: width. */
export interface Activations {
  /** Pixels [batch, S, S, c]. */
  readonly images: Pointer;
  /** The residual stream [T, D], before and after a sublayer: no kernel reads what it writes. */
  readonly stream: readonly [Pointer, Pointer];
  /** [T, D]: normalized tokens, context of the attention, what a float layer adds to the stream. */
  readonly narrow: Pointer;
  /** [T, max(3D, MLP width, …)]: patches, q k v, hidden units. */
  readonly wide: Pointer;
  /** Packed inputs of a layer; also where weights are staged. */
  readonly signs: Pointer;
  /** Packed hidden units, while `signs` holds what they are computed from. */
  readonly hiddenSigns: Pointer;
  /** A float for each token: its scale, or its mean and inverse deviation in a layer norm. */
  readonly token: readonly [Pointer, Pointer];
  /** Attention probabilities of one image. */
  readonly probabilities: Pointer;
  /** What the kernels ask for. */
  readonly scratch: Pointer;
}

/**
 * Reserves the memory of the activations.
 *
 * @param batch - images at a time
 * @throws ConfigError if that would be too much memory
 */
export function placeActivations(
  model: PackedModel,
  kernels: InferenceKernels,
  arena: Arena,
  batch: number,
): Activations {
  const { config } = model;
  const { embedDim, numHeads } = config;
  const tokens = numTokens(config);
  const total = batch * tokens;
  const reserve = (count: number) => arena.reserve(4 * count, "activations");
  const widest = Math.max(...weightLayers(config).map(({ inputs }) => signBytes(inputs)));
  return {
    images: reserve(batch * config.imageSize ** 2 * config.channels),
    stream: [reserve(total * embedDim), reserve(total * embedDim)],
    narrow: reserve(total * embedDim),
    wide: reserve(batch * wideFloats(config)),
    signs: arena.reserve(Math.max(total * widest, stagingBytes(model)), "activations"),
    hiddenSigns: arena.reserve(total * signBytes(config.mlpDim), "activations"),
    token: [reserve(total), reserve(total)],
    probabilities: reserve(numHeads * tokens ** 2),
    scratch: arena.reserve(scratchBytes(config, kernels), "scratch"), // last: its size is an integer only up to here
  };
}

/** Floats of the widest activation of one image. */
function wideFloats(config: ModelConfig): number {
  const { embedDim, mlpDim, patchSize, channels, numClasses } = config;
  const patches = numPatches(config) * patchSize ** 2 * channels;
  return Math.max(numTokens(config) * Math.max(3 * embedDim, mlpDim), patches, numClasses);
}

function scratchBytes(config: ModelConfig, kernels: InferenceKernels): number {
  const { embedDim, numHeads } = config;
  const layers = weightLayers(config).map(({ inputs, outputs }) =>
    Math.max(kernels.gemmScratch({ n: outputs, k: inputs }), kernels.floatBySignsScratch({ n: outputs, k: inputs })),
  );
  const attention = kernels.attentionScratch({ tokens: numTokens(config), width: embedDim, heads: numHeads });
  return Math.max(attention, kernels.xnorGemmScratch(), ...layers);
}
