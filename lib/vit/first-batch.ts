import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import type { ModelConfig } from "./config";
import { forward } from "./model";
import { type ParameterArrays, toTensors } from "./parameters";
import { places } from "./places";

/**
 * Starts those parameters of quantizers that want to see what they will binarize, e.g. learned steps.
 *
 * The batch goes through the model once, at progress 0; each quantizer is started by what reaches it, before it is used,
 * so that later ones see what earlier ones leave.
 *
 * @param config - the model
 * @param parameters - fresh ones
 * @param images - the first batch, normalized; row-major [B, S, S, c]
 * @returns the same object where no quantizer asks
 */
export function startFromBatch(
  config: ModelConfig,
  parameters: ParameterArrays,
  images: Float32Array,
): ParameterArrays {
  const waiting = places(config)
    .flatMap((place) => place.parameters)
    .flatMap(({ name, start }) =>
      "own" in start && start.own.fromFirstBatch ? [{ name, from: start.own.fromFirstBatch }] : [],
    );
  if (waiting.length === 0) return parameters;
  const { imageSize, channels } = config;
  const started: Record<string, ParameterArrays[string]> = { ...parameters };
  tf.tidy(() => {
    const tensors = toTensors(parameters);
    const onInput = (site: string, x: tf.Tensor) => {
      for (const { name, from } of waiting) {
        if (name.slice(0, name.lastIndexOf(".")) !== site) continue;
        tensors[name] = tf.reshape(from(x), [...parameters[name].shape]);
        started[name] = { shape: parameters[name].shape, data: readFloats(tensors[name]).slice() };
      }
    };
    const batch = images.length / (imageSize ** 2 * channels);
    forward(config, tensors, tf.tensor(images, [batch, imageSize, imageSize, channels]), { progress: 0, onInput });
  });
  return started;
}
