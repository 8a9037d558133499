/** The inference engine: packed models without TensorFlow.js, in Node and in a browser. */

import { ConfigError } from "../base/errors";
import type { PixelStatistics } from "../data/normalization";
import { embeddedKernels } from "../kernels/embedded";
import { type InferenceKernels, instantiateInference } from "../kernels/module";
import { scalarKernels } from "../kernels/scalar";
import { hasSimd } from "../kernels/simd";
import { numTokens } from "../vit/config";
import { placeActivations } from "./activations";
import { Arena } from "./arena";
import { classTokenAttention } from "./class-token-attention";
import { ForwardPass } from "./forward-pass";
import { ImageReader, type Images } from "./images";
import type { PackedConfig } from "./packed-config";
import type { PackedModel } from "./packed-model";
import { predictedClasses } from "./predicted-classes";
import { tooManySigns } from "./too-many-signs";
import type { Watch } from "./watch";
import { fillWeights, placeWeights } from "./weights";

/** How an engine is made. */
export interface EngineOptions {
  /** Compiled kernels instead of those that the engine brings along, or `scalar` for those in plain TypeScript. */
  readonly kernels?: BufferSource | "scalar";
  /** Images that are computed together; decides how much memory is taken. */
  readonly maxBatch?: number;
}

/** A packed model, ready to run. */
export interface Engine {
  readonly config: PackedConfig;
  /** Which kernels run; `scalar` also where WebAssembly has no SIMD. */
  readonly tier: "simd" | "scalar";
  /** How bytes are normalized, where the model says so. */
  readonly pixels?: PixelStatistics;
  /** What each class is, where the model says so; shape [C]. */
  readonly classNames?: readonly string[];
  /**
   * From images to logits.
   *
   * @param images - normalized numbers or raw bytes, row-major; shape [count, S, S, c]
   * @param count - any number of images
   * @param watch - for comparisons; leave it out
   * @returns logits; shape [count, C]
   * @throws DataError if `images` is of another type or length, holds what is not a finite number or a byte above
   * `pixels.maxValue`, or is of bytes and the model does not say how to normalize them
   */
  forward(images: Images, count: number, watch?: Watch): Float32Array;
  /** The same, with the class of the largest logit for each image; shape [count]. */
  predict(images: Images, count: number): Int32Array;
  /**
   * Where the class token looks in one image: softmax(q₀ Kᵀ / √d), block by block.
   *
   * @param image - as for `forward`; shape [S, S, c]
   * @returns by block; shape [H, N], the class token itself first, then the patches, row by row. Nothing where the model has
   * no class token, or scores in bits, which no softmax of these numbers is
   */
  attention(image: Images): Float32Array[];
}

/**
 * Lays a packed model out in one WebAssembly memory. After that nothing is allocated but results.
 *
 * The kernels are those of training, called in the order in which `forward` of `lib/vit/model.ts` calls them, so the
 * logits are those of the simulation.
 *
 * @param model - from `decodePackedModel` or `packModel`
 * @param options - nothing that would have to be given
 * @throws ConfigError if the model needs too much memory or sums more signs than the kernels count, or `maxBatch` is not a
 * whole number of at least 1
 */
export function createEngine(model: PackedModel, { kernels: module, maxBatch = 16 }: EngineOptions = {}): Engine {
  if (!Number.isSafeInteger(maxBatch) || maxBatch < 1) {
    throw new ConfigError(`maxBatch is ${maxBatch}, expected a whole number of at least 1.`);
  }
  const tooMany = tooManySigns(model.config);
  if (tooMany) throw new ConfigError(`This model cannot run: ${tooMany}. Take a smaller one.`);
  const memory = new WebAssembly.Memory({ initial: 1 });
  const simd = module !== "scalar" && hasSimd();
  const kernels = simd ? instantiateInference(module ?? embeddedKernels(), memory) : scalarKernels(memory);
  const { config, pixels, classNames } = model;
  const reader = new ImageReader(config, pixels);
  const pass = layOut(model, kernels, memory, maxBatch);
  const { numClasses } = config;
  const engine: Engine = {
    config,
    tier: simd ? "simd" : "scalar",
    pixels,
    classNames,
    forward(images, count, watch) {
      reader.check(images, count);
      const logits = new Float32Array(count * numClasses);
      for (let first = 0; first < count; first += maxBatch) {
        const batch = Math.min(maxBatch, count - first);
        logits.set(pass.run(reader.batch(images, first, batch), batch, watch), first * numClasses);
      }
      return logits;
    },
    predict: (images, count) => predictedClasses(engine.forward(images, count), numClasses),
    attention(image) {
      reader.check(image, 1);
      if (config.pooling !== "class-token" || config.scores !== "float") return [];
      const found: Float32Array[] = [];
      const look = (qkv: Float32Array) => found.push(classTokenAttention(qkv, numTokens(config), config.numHeads));
      pass.run(reader.batch(image, 0, 1), 1, undefined, look);
      return found;
    },
  };
  return engine;
}

/** Places everything in the memory, which then has its final size. */
function layOut(model: PackedModel, kernels: InferenceKernels, memory: WebAssembly.Memory, batch: number): ForwardPass {
  const arena = new Arena();
  const weights = placeWeights(model, kernels, arena);
  const activations = placeActivations(model, kernels, arena, batch);
  arena.grow(memory);
  fillWeights(model, weights, kernels, memory, activations.signs);
  return new ForwardPass(model.config, kernels, weights, activations, memory);
}
