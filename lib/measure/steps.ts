import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import type { Batch } from "../data/batches";
import { createEngine } from "../deploy/engine";
import { packModel } from "../deploy/pack";
import type { PackedModel } from "../deploy/packed-model";
import { GradientWorkers } from "../train/gradient-workers";
import { lossAndGradients } from "../train/gradients";
import type { RunConfig } from "../train/record";
import type { ModelConfig } from "../vit/config";
import { forward } from "../vit/model";
import { initialParameters, type ParameterArrays, toTensors } from "../vit/parameters";
import { stockForward } from "./stock-model";

/** How a float model is computed: our operations, or plain TensorFlow.js. */
export const floatModels = { own: forward, stock: stockForward } as const;

/**
 * One training step without the optimizer, which is the same code for all: forward, loss, every gradient read back.
 *
 * @returns the step
 */
export function trainingStep(config: RunConfig, batch: Batch, model: keyof typeof floatModels): () => void {
  const parameters = initialParameters(config.model, 1);
  return () => {
    lossAndGradients(config, parameters, batch, { model: floatModels[model] });
  };
}

/**
 * The same step shared out over threads, this one included.
 *
 * @returns the step, and what ends the threads
 */
export async function sharedTrainingStep(
  config: RunConfig,
  batch: Batch,
  workers: number,
): Promise<{ step: () => Promise<unknown>; stop: () => Promise<void> }> {
  const parameters = initialParameters(config.model, 1);
  const threads = await GradientWorkers.start(config, workers - 1);
  return { step: () => threads.lossAndGradients(parameters, batch), stop: () => threads.stop() };
}

/** @returns one inference by TensorFlow.js, from pixels on the host to logits on the host; the weights stay where they are */
export function tensorInference(config: ModelConfig, batch: Batch, model: keyof typeof floatModels): () => void {
  const parameters = toTensors(initialParameters(config, 1));
  const shape = [batch.count, config.imageSize, config.imageSize, config.channels];
  return () => {
    tf.tidy(() => {
      readFloats(floatModels[model](config, parameters, tf.tensor(batch.images, shape)));
    });
  };
}

/** @returns one inference by the packed engine, from pixels to logits */
export function engineInference(config: ModelConfig, batch: Batch): () => void {
  const engine = createEngine(packed(config, initialParameters(config, 1)));
  return () => {
    engine.forward(batch.images, batch.count);
  };
}

/** @returns a model that was not trained, packed */
export const packed = (config: ModelConfig, parameters: ParameterArrays): PackedModel =>
  packModel(config, parameters, { name: "bench", seed: 1, dataset: { name: "noise", sha256: "" } });
