import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { batches } from "../data/batches";
import type { Dataset, Split } from "../data/dataset";
import { firstImages } from "../data/stratify";
import { type ModelConfig, numTokens } from "../vit/config";
import { forwardWithIntermediates } from "../vit/model";
import type { Parameters } from "../vit/parameters";

/** An image as a record holds it. */
export interface StoredImage {
  /** Height and width, pixels. */
  readonly size: number;
  readonly channels: number;
  readonly maxValue: number;
  /** Base64 of its bytes, row-major; shape [size, size, channels]. */
  readonly pixels: string;
}

/** Where the heads of a block look. */
export interface BlockMaps {
  /** From 1. */
  readonly block: number;
  /** Attention on each patch, row-major as the patches lie in the image, 0 … 1; shape [H, P]. */
  readonly heads: readonly (readonly number[])[];
}

/** Where a model looks on one image, and what it takes that for. */
export interface ClassTokenMaps {
  readonly image: StoredImage;
  /** Name of the image's class, and of the class that the model says. */
  readonly label: string;
  readonly answer: string;
  /** Where the model has no class token: the maps are means over all tokens. */
  readonly queries?: "all";
  readonly blocks: readonly BlockMaps[];
}

/** Blocks that are looked at: the first, the last and some between. */
const mostBlocks = 4;

/**
 * What the class token's attention gives each patch of one image, by block and head.
 *
 * A_0k, k = 1 … P, of A = softmax(QKᵀ / √d); what is missing to 1 the class token gives to itself. Where a model has no class
 * token, the mean over all queries. Where AV is binarized, A is what the quantizer reads, not what values are multiplied by.
 *
 * P: patches, H: heads, d: width of a head
 *
 * @param config - the model
 * @param parameters - its parameters
 * @param dataset - gives normalization and names
 * @param split - its first image is looked at
 *
 * Reference: Dosovitskiy et al., *An Image is Worth 16x16 Words*, 2021, section 4.5.
 */
export function classTokenMaps(
  config: ModelConfig,
  parameters: Parameters,
  dataset: Dataset,
  split: Split,
): ClassTokenMaps {
  const { imageSize, channels, depth, numHeads, pooling } = config;
  const tokens = numTokens(config);
  const one = firstImages(split, 1);
  const [batch] = batches(dataset, one, { batchSize: 1 });
  const { logits, attention } = tf.tidy(() => {
    const kept = forwardWithIntermediates(
      config,
      parameters,
      tf.tensor(batch.images, [1, imageSize, imageSize, channels]),
    );
    const rows = kept.attention.map((all) =>
      pooling === "class-token" ? tf.slice(all, [0, 0, 0, 1], [1, numHeads, 1, tokens - 1]) : tf.mean(all, 2),
    );
    return { logits: readFloats(kept.logits), attention: rows.map((row) => readFloats(row)) };
  });
  const shown = Math.min(depth, mostBlocks);
  const blocks = Array.from({ length: shown }, (_, i) => Math.round((i * (depth - 1)) / Math.max(1, shown - 1)));
  const best = logits.indexOf(Math.max(...logits));
  return {
    image: {
      ...{ size: imageSize, channels, maxValue: dataset.maxValue },
      pixels: Buffer.from(one.pixels).toString("base64"),
    },
    label: dataset.classNames[one.labels[0]],
    answer: dataset.classNames[best],
    ...(pooling === "class-token" ? {} : ({ queries: "all" } as const)),
    blocks: blocks.map((block) => {
      const row = attention[block];
      const patches = row.length / numHeads;
      return {
        block: block + 1,
        heads: Array.from({ length: numHeads }, (_, h) => [...row.subarray(h * patches, (h + 1) * patches)]),
      };
    }),
  };
}
