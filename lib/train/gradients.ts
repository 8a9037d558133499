import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import type { Batch } from "../data/batches";
import { forward } from "../vit/model";
import { type ParameterArrays, toTensors } from "../vit/parameters";
import { type Objective, prepareObjective } from "./objective";
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
  /** What is minimized, where it was made ready before, as it must be where it needs a teacher. */
  readonly objective?: Objective;
}

/**
 * Loss, logits and the gradient of every parameter on one batch.
 *
 * @param options - how far the training is, what computes the logits, and what is minimized
 * @returns gradients by parameter name, on the host
 */
export function lossAndGradients(
  config: RunConfig,
  parameters: ParameterArrays,
  batch: Batch,
  { progress = 0, model = forward, objective }: StepOptions = {},
): StepResult {
  const own = objective ? undefined : prepareObjective(config);
  try {
    return step(config, parameters, batch, progress, model, objective ?? own!);
  } finally {
    own?.dispose();
  }
}

function step(
  config: RunConfig,
  parameters: ParameterArrays,
  batch: Batch,
  progress: number,
  model: typeof forward,
  objective: Objective,
): StepResult {
  const { imageSize, channels } = config.model;
  const names = Object.keys(parameters);
  let [loss, logits] = [Number.NaN, new Float32Array()];
  const gradients: Record<string, Float32Array> = {};
  // The arrays leave by way of variables: tidy would look for tensors in every element of what it returns.
  tf.tidy(() => {
    const images = tf.tensor(batch.images, [batch.count, imageSize, imageSize, channels]);
    const labels = tf.tensor1d(batch.labels, "int32");
    const tensors = toTensors(parameters);
    const targets = objective.targets(images);
    const compute = () => {
      const result = objective.loss({ parameters: tensors, images, labels, progress, model }, targets);
      logits = readFloats(result.logits);
      return result.loss;
    };
    // Not tf.valueAndGrads: an objective may leave out parameters, as attention maps leave out the head.
    const { value, grads } = tf.engine().gradients(compute, Object.values(tensors), undefined, true);
    loss = readFloats(value)[0];
    for (const [i, name] of names.entries()) {
      gradients[name] = grads[i] ? readFloats(grads[i]) : new Float32Array(parameters[name].data.length);
    }
  });
  return { loss, logits, gradients };
}
