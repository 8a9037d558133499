import type { InferenceKernels, Pointer } from "../kernels/module";
import { numTokens, type Sizes } from "../vit/config";
import { linears } from "../vit/linears";
import type { Arena } from "./arena";
import { type PackedConfig, signBytes } from "./packed-config";
import type { PackedModel } from "./packed-model";
import { stagingBytes } from "./weights";

/** The buffers that a forward pass works in, for one batch. T: tokens of all its images, D: width. */
export interface Activations {
  /** Pixels [batch, S, S, c]. */
  readonly images: Pointer;
  /** The residual stream [T, D], before and after a sublayer: no kernel reads what it writes. */
  readonly stream: readonly [Pointer, Pointer];
  /** [T, D]: normalized tokens, context of the attention, what a float layer adds to the stream; pixels of a stem. */
  readonly narrow: Pointer;
  /** [T, max(3D, MLP width, …)]: unfolded windows, q k v, hidden units. */
  readonly wide: Pointer;
  /** Packed inputs of a layer; also where weights are staged. */
  readonly signs: Pointer;
  /** Packed hidden units, while `signs` holds what they are computed from. */
  readonly hiddenSigns: Pointer;
  /** A float for each row of a layer: its scale, or its mean and inverse deviation in a layer norm. */
  readonly token: readonly [Pointer, Pointer];
  /** Attention probabilities of one image. */
  readonly probabilities: Pointer;
  /** The integers of attention in bits, while somebody watches: of the scores of a batch, and of its contexts. */
  readonly sums?: { readonly scores: Pointer; readonly context: Pointer };
  /** Zeros, one for each hidden unit, where ReLU is a knee of nothing else; else 0. */
  readonly zeros: Pointer;
  /** Thresholds of the hidden units of each block, [depth, 2, MLP width]; see `findHiddenThresholds`. */
  readonly hiddenThresholds: Pointer;
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
  const layers = linears(config);
  const rows = Math.max(tokens, ...layers.map((layer) => layer.tokens));
  const reserve = (count: number) => arena.reserve(4 * count, "activations");
  const signs = Math.max(...layers.map((layer) => layer.tokens * signBytes(layer.inputs)));
  return {
    images: reserve(batch * config.imageSize ** 2 * config.channels),
    stream: [reserve(total * embedDim), reserve(total * embedDim)],
    narrow: reserve(batch * Math.max(tokens * embedDim, ...ofStem(config, "outputs"))),
    wide: reserve(batch * wideFloats(config)),
    signs: arena.reserve(Math.max(batch * signs, stagingBytes(model)), "activations"),
    hiddenSigns: arena.reserve(total * signBytes(config.mlpDim), "activations"),
    token: [reserve(batch * rows), reserve(batch * rows)],
    probabilities: reserve(numHeads * tokens ** 2),
    sums: attentionSums(config, batch, reserve),
    zeros: config.activation === "relu" ? reserve(Math.max(config.mlpDim, embedDim)) : 0,
    hiddenThresholds: reserve(2 * config.depth * config.mlpDim),
    scratch: arena.reserve(scratchBytes(config, kernels), "scratch"), // last: its size is an integer only up to here
  };
}

function attentionSums(config: PackedConfig, batch: number, reserve: (floats: number) => Pointer): Activations["sums"] {
  const { numHeads, embedDim, scores, values } = config;
  if (scores === "float" && values === "float") return undefined;
  const tokens = numTokens(config);
  const levels = values === "float" ? 0 : values.levels;
  return {
    scores: reserve(scores === "float" ? 0 : batch * numHeads * tokens ** 2),
    context: reserve(batch * levels * tokens * embedDim),
  };
}

/** Floats of the widest activation of one image. */
function wideFloats(config: Sizes): number {
  const { embedDim, mlpDim, numClasses } = config;
  return Math.max(numTokens(config) * Math.max(3 * embedDim, mlpDim), ...ofStem(config, "inputs"), numClasses);
}

/** Floats of the inputs or outputs of each convolution, of one image. */
const ofStem = (config: Sizes, side: "inputs" | "outputs"): number[] =>
  linears(config).flatMap((layer) => (layer.window ? [layer.tokens * layer[side]] : []));

function scratchBytes(config: Sizes, kernels: InferenceKernels): number {
  const { embedDim, numHeads } = config;
  const layers = linears(config).map(({ inputs, outputs }) =>
    Math.max(kernels.gemmScratch({ n: outputs, k: inputs }), kernels.floatBySignsScratch({ n: outputs, k: inputs })),
  );
  const attention = kernels.attentionScratch({ tokens: numTokens(config), width: embedDim, heads: numHeads });
  const inBits = kernels.attentionBitsScratch({ tokens: numTokens(config), width: embedDim, heads: numHeads });
  return Math.max(4 * embedDim, attention, inBits, kernels.xnorGemmScratch(), ...layers);
}
