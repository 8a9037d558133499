import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { batches } from "../data/batches";
import type { Dataset, Split } from "../data/dataset";
import type { ModelConfig } from "../vit/config";
import { type ForwardOptions, forward } from "../vit/model";
import type { Parameters } from "../vit/parameters";
import { evaluationBatch } from "./memory";

/** How well a model does on a split. */
export interface Evaluation {
  /** Share of images whose largest logit is their class, 0 … 1. */
  readonly accuracy: number;
  /** Mean cross entropy, without label smoothing, nats. */
  readonly loss: number;
  readonly count: number;
}

/** And on which images. */
export interface ImageEvaluation extends Evaluation {
  /** A bit an image, in the order of the split, 1 where it is classified right; from the lowest bit of each byte on. */
  readonly correct: Uint8Array;
}

/**
 * Accuracy and loss of a model on a split.
 *
 * @param config - the model
 * @param parameters - its parameters
 * @param dataset - gives the normalization
 * @param split - the images
 * @param batchSize - images at a time, or fewer where memory would not do
 * @param options - how far the training is, where it still goes on
 */
export function evaluate(
  config: ModelConfig,
  parameters: Parameters,
  dataset: Dataset,
  split: Split,
  batchSize = 128,
  options: ForwardOptions = {},
): ImageEvaluation {
  const tally = new Tally();
  const correct = new Uint8Array(Math.ceil(split.count / 8));
  let image = 0;
  const shape: [number, number, number] = [config.imageSize, config.imageSize, config.channels];
  for (const batch of batches(dataset, split, { batchSize: evaluationBatch(config, batchSize) })) {
    tf.tidy(() => {
      const logits = forward(config, parameters, tf.tensor(batch.images, [batch.count, ...shape]), options);
      tally.add(readFloats(logits), batch.labels, (isRight) => {
        if (isRight) correct[image >> 3] |= 1 << (image & 7);
        image++;
      });
    });
  }
  return { ...tally.result(), correct };
}

/** What a {@link Tally} has added up. */
export interface TallySums {
  readonly correct: number;
  /** Sum of the images' cross entropies, nats. */
  readonly loss: number;
  readonly count: number;
}

/** Adds up accuracy and loss of batches of logits, on the host. */
export class Tally {
  private correct: number;
  private loss: number;
  private count: number;

  /** @param start - sums to go on from */
  constructor({ correct, loss, count }: TallySums = { correct: 0, loss: 0, count: 0 }) {
    this.correct = correct;
    this.loss = loss;
    this.count = count;
  }

  /**
   * @param logits - row-major [B, C]
   * @param labels - class indices [B]
   * @param onImage - told of each image whether it is classified right
   */
  add(logits: Float32Array, labels: Int32Array, onImage?: (isRight: boolean) => void): void {
    const classes = logits.length / labels.length;
    for (let row = 0; row < labels.length; row++) {
      const z = logits.subarray(row * classes, (row + 1) * classes);
      let best = 0;
      for (let c = 1; c < classes; c++) if (z[c] > z[best]) best = c;
      let sum = 0;
      for (let c = 0; c < classes; c++) sum += Math.exp(z[c] - z[best]);
      if (best === labels[row]) this.correct++;
      onImage?.(best === labels[row]);
      this.loss += z[best] + Math.log(sum) - z[labels[row]];
      this.count++;
    }
  }

  sums(): TallySums {
    return { correct: this.correct, loss: this.loss, count: this.count };
  }

  result(): Evaluation {
    return { accuracy: this.correct / this.count, loss: this.loss / this.count, count: this.count };
  }
}
