import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { batches } from "../data/batches";
import type { Dataset, Split } from "../data/dataset";
import { evaluationBatch } from "../train/memory";
import type { ModelConfig } from "../vit/config";
import { forward } from "../vit/model";
import type { Parameters } from "../vit/parameters";

/**
 * The logits of every image of a split, in its order.
 *
 * @param config - the model
 * @param parameters - its parameters
 * @param dataset - gives the normalization
 * @param split - the images
 * @returns row-major; shape [count, C]
 */
export function splitLogits(config: ModelConfig, parameters: Parameters, dataset: Dataset, split: Split): Float32Array {
  const { imageSize, channels, numClasses } = config;
  const all = new Float32Array(split.count * numClasses);
  let at = 0;
  for (const { images, count } of batches(dataset, split, { batchSize: evaluationBatch(config, 128) })) {
    tf.tidy(() => {
      const logits = forward(config, parameters, tf.tensor(images, [count, imageSize, imageSize, channels]));
      all.set(readFloats(logits), at);
    });
    at += count * numClasses;
  }
  return all;
}
