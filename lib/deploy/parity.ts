import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { BinvitError } from "../base/errors";
import { batches } from "../data/batches";
import type { Dataset } from "../data/dataset";
import type { ModelConfig } from "../vit/config";
import { forward } from "../vit/model";
import { type ParameterArrays, toTensors } from "../vit/parameters";
import { createEngine, type EngineOptions } from "./engine";
import type { PackedModel } from "./packed-model";
import { predictedClasses } from "./predicted-classes";
import { signProducts } from "./sign-products";

/** How an engine compares with the float simulation of the same model. */
export interface Parity {
  readonly images: number;
  /** Largest absolute difference between two logits. */
  readonly largestDifference: number;
  /** Images whose predicted classes differ. */
  readonly differentClasses: number;
  /** The integers of every product of signs, on the first batch. */
  readonly accumulators: readonly { readonly layer: string; readonly count: number; readonly different: number }[];
}

/**
 * Runs a packed model and the float simulation of the unpacked one over the test split.
 *
 * @param model - the packed model
 * @param config - of the unpacked one
 * @param parameters - what it was packed from
 * @param dataset - its test split is used
 * @param options - of the engine
 * @param onBatch - told how many images are done
 * @throws BinvitError unless the backend is wasm with `oneBit: false`: the simulation has to be in floats
 */
export function comparePacked(
  model: PackedModel,
  config: ModelConfig,
  parameters: ParameterArrays,
  dataset: Dataset,
  options: EngineOptions = {},
  onBatch?: (done: number) => void,
): Parity {
  const engine = createEngine(model, options);
  const tensors = toTensors(parameters);
  let [images, largestDifference, differentClasses] = [0, 0, 0];
  let accumulators: Parity["accumulators"] = [];
  const simulate = (pixels: Float32Array, count: number): Float32Array =>
    tf.tidy(() => {
      const input = tf.tensor(pixels, [count, config.imageSize, config.imageSize, config.channels]);
      return readFloats(forward(config, tensors, input));
    });
  for (const batch of batches(dataset, dataset.test, { batchSize: options.maxBatch ?? 16 })) {
    const work = () => simulate(batch.images, batch.count);
    const [expected, products] = images === 0 ? signProducts(work) : [work()];
    if (products) accumulators = compareProducts(engine.forward, products, batch.images, batch.count);
    const logits = engine.forward(batch.images, batch.count);
    for (let i = 0; i < logits.length; i++) {
      const difference = Math.abs(logits[i] - expected[i]);
      if (!(difference <= largestDifference)) largestDifference = Number.isNaN(difference) ? Infinity : difference;
    }
    const [got, wanted] = [logits, expected].map((all) => predictedClasses(all, config.numClasses));
    differentClasses += got.filter((label, i) => label !== wanted[i]).length;
    images += batch.count;
    onBatch?.(images);
  }
  tf.dispose(tensors);
  return { images, largestDifference, differentClasses, accumulators };
}

function compareProducts(
  run: ReturnType<typeof createEngine>["forward"],
  expected: readonly Float32Array[],
  images: Float32Array,
  count: number,
): Parity["accumulators"] {
  const products: { layer: string; values: Float32Array }[] = [];
  run(images, count, (layer, values) => products.push({ layer, values }));
  if (products.length !== expected.length) {
    throw new BinvitError(
      `The simulation made ${expected.length} float products of signs, the engine ${products.length} of bits. ` +
        "Set the backend with useBackend('wasm', { oneBit: false }).",
    );
  }
  return products.map(({ layer, values }, i) => ({
    layer,
    count: values.length,
    different: values.reduce((sum, value, j) => sum + (value === expected[i][j] ? 0 : 1), 0),
  }));
}
