import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../../lib/backend/read";
import { Random } from "../../lib/base/random";
import { createEngine, type Engine } from "../../lib/deploy/engine";
import { packModel } from "../../lib/deploy/pack";
import type { Meaning, Origin, PackedModel } from "../../lib/deploy/packed-model";
import type { ModelConfig } from "../../lib/vit/config";
import { forward } from "../../lib/vit/model";
import { initialParameters, type ParameterArrays, toTensors } from "../../lib/vit/parameters";
import { normals } from "../kernels/arena";

export const origin: Origin = { name: "test", seed: 1, dataset: { name: "digits", sha256: "0" } };

/** Statistics and names for any model. */
export const anyMeaning = ({ channels, numClasses }: ModelConfig): Meaning => ({
  pixels: {
    maxValue: 200,
    mean: Array.from({ length: channels }, (_, i) => 0.3 + i / 10),
    std: Array.from({ length: channels }, (_, i) => 0.2 + i / 30),
  },
  classNames: Array.from({ length: numClasses }, (_, i) => `class "${i}"`),
});

/** Logits of the simulation in TensorFlow.js. */
export function simulate(config: ModelConfig, parameters: ParameterArrays, images: Float32Array): Float32Array {
  return tf.tidy(() => {
    const { imageSize, channels } = config;
    const count = images.length / (imageSize ** 2 * channels);
    const shape: [number, number, number, number] = [count, imageSize, imageSize, channels];
    return readFloats(forward(config, toTensors(parameters), tf.tensor(images, shape)));
  });
}

/** Parameters as training might leave them: no bias and no norm is at its start, learned coefficients differ. */
export function anyParameters(config: ModelConfig, seed: number): ParameterArrays {
  const random = new Random(seed, 77);
  const moved = ({ shape, data }: ParameterArrays[string]) => ({
    shape,
    data: data.map((value) => value + 0.1 * random.normal()),
  });
  return Object.fromEntries(
    Object.entries(initialParameters(config, seed)).map(([name, array]) => [name, moved(array)]),
  );
}

export const anyImages = ({ imageSize, channels }: ModelConfig, count: number, seed = 1): Float32Array =>
  normals(new Random(seed, 5), count * imageSize ** 2 * channels);

/** The engine of a model, with the SIMD kernels. */
export const engineOf = (packed: PackedModel, maxBatch?: number): Engine => createEngine(packed, { maxBatch });

export const pack = (config: ModelConfig, parameters: ParameterArrays): PackedModel =>
  packModel(config, parameters, origin, anyMeaning(config));
