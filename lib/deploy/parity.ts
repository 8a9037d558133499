import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { BinvitError } from "../base/errors";
import { type Batch, batches } from "../data/batches";
import type { Dataset } from "../data/dataset";
import type { ModelConfig } from "../vit/config";
import { forward } from "../vit/model";
import { type ParameterArrays, toTensors } from "../vit/parameters";
import { createEngine, type EngineOptions } from "./engine";
import { largestDifference, logitTolerance } from "./logit-difference";
import { differenceNearby } from "./nearby";
import type { PackedModel } from "./packed-model";
import { predictedClasses } from "./predicted-classes";
import { signProducts } from "./sign-products";

/** How an engine compares with the float simulation of the same model. */
export interface Parity {
  readonly images: number;
  /** Images in which rounding decides a sign: the engine gives what the simulation gives for pixels moved by 10⁻⁶ of the largest. */
  readonly nearThreshold: number;
  /** Largest absolute difference between two logits; in those images, from the simulation of the moved pixels. */
  readonly largestDifference: number;
  /** Images whose predicted classes differ, without those. */
  readonly differentClasses: number;
  /** The integers of every product of signs, on the first batch without those. */
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
  const simulate = (pixels: Float32Array): Float32Array =>
    tf.tidy(() => {
      const image = [config.imageSize, config.imageSize, config.channels] as const;
      return readFloats(forward(config, tensors, tf.reshape(pixels, [-1, ...image])));
    });
  let [images, nearThreshold, largest, differentClasses] = [0, 0, 0, 0];
  let accumulators: Parity["accumulators"] = [];
  for (const batch of batches(dataset, dataset.test, { batchSize: options.maxBatch ?? 16 })) {
    const work = () => simulate(batch.images);
    const [expected, products] = images === 0 ? signProducts(work) : [work()];
    const logits = engine.forward(batch.images, batch.count).slice();
    const one = (all: Float32Array, i: number) =>
      all.subarray((i * all.length) / batch.count, ((i + 1) * all.length) / batch.count);
    const agreeing: number[] = [];
    for (let i = 0; i < batch.count; i++) {
      const [got, wanted] = [one(logits, i), one(expected, i)];
      const difference = largestDifference(got, wanted);
      // After a fault, no difference is searched for an explanation: every image might have one.
      const search = difference > logitTolerance && largest <= logitTolerance;
      const nearby = search ? differenceNearby(one(batch.images, i), got, simulate) : undefined;
      largest = Math.max(largest, nearby ?? difference);
      if (nearby === undefined) agreeing.push(i);
      else nearThreshold++;
    }
    const [got, wanted] = [logits, expected].map((all) => predictedClasses(all, config.numClasses));
    differentClasses += agreeing.filter((i) => got[i] !== wanted[i]).length;
    if (products) accumulators = compareProducts(engine.forward, products, batch, agreeing);
    images += batch.count;
    onBatch?.(images);
  }
  tf.dispose(tensors);
  return { images, nearThreshold, largestDifference: largest, differentClasses, accumulators };
}

function compareProducts(
  run: ReturnType<typeof createEngine>["forward"],
  expected: readonly Float32Array[],
  { images, count }: Batch,
  compared: readonly number[],
): Parity["accumulators"] {
  const products: { layer: string; values: Float32Array }[] = [];
  run(images, count, (layer, values) => products.push({ layer, values }));
  if (products.length !== expected.length) {
    throw new BinvitError(
      `The simulation made ${expected.length} float products of signs, the engine ${products.length} of bits. ` +
        "Set the backend with useBackend('wasm', { oneBit: false }).",
    );
  }
  return products.map(({ layer, values }, i) => {
    const size = values.length / count;
    const differentIn = (image: number) =>
      values.subarray(image * size, (image + 1) * size).filter((value, j) => value !== expected[i][image * size + j])
        .length;
    return {
      layer,
      count: compared.length * size,
      different: compared.reduce((sum, one) => sum + differentIn(one), 0),
    };
  });
}
