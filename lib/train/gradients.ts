import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import type { Batch } from "../data/batches";
import { crossEntropy } from "../ops/cross-entropy";
import { forward } from "../vit/model";
import { type ParameterArrays, toTensors } from "../vit/parameters";
import type { RunConfig } from "./record";

/** What one pass forward and backward over a batch gives, on the host. */
export interface StepResult {
  /** Mean over the batch. */
  readonly loss: number;
  /** Shape [B, C]. */
  readonly logits: Float32Array;
  /** By parameter name; of the mean loss. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

/** How a step is computed. */
export interface StepOptions {
  /** How far the training is, 0 … 1. */
  readonly progress?: number;
  /** From images to logits; `forward`, unless another way to compute them is to be measured. */
  readonly model?: typeof forward;
}

/**
 * Loss, logits and the gradient of every parameter on one batch.
 *
 * @param options - how far the training is, and what computes the logits
 * @returns gradients by parameter name, on the host
 */
export function lossAndGradients(
  config: RunConfig,
  parameters: ParameterArrays,
  batch: Batch,
  { progress = 0, model = forward }: StepOptions = {},
): StepResult {
  const { imageSize, channels } = config.model;
  const names = Object.keys(parameters);
  let [loss, logits] = [Number.NaN, new Float32Array()];
  const gradients: Record<string, Float32Array> = {};
  // The arrays leave by way of variables: tidy would look for tensors in every element of what it returns.
  tf.tidy(() => {
    const images = tf.tensor(batch.images, [batch.count, imageSize, imageSize, channels]);
    const labels = tf.tensor1d(batch.labels, "int32");
    const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const named = Object.fromEntries(names.map((name, i) => [name, tensors[i]]));
      const output = model(config.model, named, images, { progress });
      logits = readFloats(output);
      return crossEntropy(output, labels, config.training.labelSmoothing);
    })(Object.values(toTensors(parameters)));
    loss = readFloats(value)[0];
    for (const [i, name] of names.entries()) gradients[name] = readFloats(grads[i]);
  });
  return { loss, logits, gradients };
}
