import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { batches } from "../data/batches";
import type { Dataset, Split } from "../data/dataset";
import { evaluationBatch } from "../train/memory";
import { type ModelConfig, numTokens } from "../vit/config";
import { forwardWithIntermediates } from "../vit/model";
import type { Parameters } from "../vit/parameters";

/** How widely the heads of a model look. */
export interface AttentionEntropy {
  /** Mean entropy of each head of each block, nats; shape [depth, H]. */
  readonly entropy: readonly (readonly number[])[];
  /** ln N, the entropy of a head that looks everywhere alike, nats. */
  readonly most: number;
}

/**
 * Entropy of the attention probabilities, by block and head: 0 where every token looks at one token alone.
 *
 * H = mean over images and queries of −Σ_k A_k ln A_k, 0 … ln N
 *
 * A is the softmax. Where AV is binarized, that is what the quantizer reads, not what the values are multiplied by.
 *
 * N: tokens, the class token among them; H: heads
 *
 * @param config - the model
 * @param parameters - its parameters
 * @param dataset - gives the normalization
 * @param split - the images
 *
 * Reference: Zhai et al., *Stabilizing Transformer Training by Preventing Attention Entropy Collapse*, 2023, section 3.
 */
export function attentionEntropy(
  config: ModelConfig,
  parameters: Parameters,
  dataset: Dataset,
  split: Split,
): AttentionEntropy {
  const { imageSize, channels, depth, numHeads } = config;
  const tokens = numTokens(config);
  const sums = Array.from({ length: depth }, () => new Array<number>(numHeads).fill(0));
  for (const { images, count } of batches(dataset, split, { batchSize: evaluationBatch(config, 32) })) {
    tf.tidy(() => {
      const input = tf.tensor(images, [count, imageSize, imageSize, channels]);
      const { attention } = forwardWithIntermediates(config, parameters, input);
      for (const [block, probabilities] of attention.entries()) {
        for (const [row, entropy] of rowEntropies(readFloats(probabilities), tokens).entries()) {
          sums[block][Math.floor(row / tokens) % numHeads] += entropy; // rows lie as [B, H, N]
        }
      }
    });
  }
  const rows = split.count * tokens;
  return { entropy: sums.map((heads) => heads.map((sum) => sum / rows)), most: Math.log(tokens) };
}

/**
 * Entropy of each row of probabilities, 0 ln 0 being 0.
 *
 * @param probabilities - row-major; shape [rows, length]
 * @param length - of a row
 * @returns shape [rows], nats
 */
export function rowEntropies(probabilities: Float32Array, length: number): Float64Array {
  const entropies = new Float64Array(probabilities.length / length);
  probabilities.forEach((p, i) => {
    if (p > 0) entropies[Math.floor(i / length)] -= p * Math.log(p);
  });
  return entropies;
}
