import { Random } from "../base/random";
import type { Batch } from "../data/batches";
import type { RunConfig } from "../train/record";
import { parseRunConfig } from "../train/run-config";
import type { ModelInput } from "../vit/parse-config";

/** A model to be timed, float and with every layer binarized. */
export interface BenchModel {
  /** Its preset. */
  readonly name: "digits" | "cifar-s";
  readonly float: RunConfig;
  /** 1-bit weights and activations with a coefficient per output channel: patch embedding, MLP and MHSA. */
  readonly w1a1: RunConfig;
  /** The same with the products of attention, QKᵀ and AV, in bits as well. */
  readonly everything: RunConfig;
}

/**
 * @param name - the preset it is taken from
 * @param sizes - what to change of it
 */
export function benchModel(name: BenchModel["name"], sizes: Partial<ModelInput> = {}): BenchModel {
  const config = (binarize: ModelInput["binarize"]) => parseRunConfig({ extends: name, model: { ...sizes, binarize } });
  const layers = { conv: "channel", mlp: "channel", mhsa: "channel" } as const;
  return {
    name,
    float: config({}),
    w1a1: config(layers),
    everything: config({ ...layers, scores: "bit", values: "bit" }),
  };
}

/** @returns seeded images of normal noise with random labels: their content does not change how long a step takes */
export function noiseBatch({ model }: RunConfig, count: number): Batch {
  const random = new Random(1, count);
  const length = count * model.imageSize ** 2 * model.channels;
  return {
    images: Float32Array.from({ length }, () => random.normal()),
    labels: Int32Array.from({ length: count }, () => random.integer(model.numClasses)),
    count,
  };
}
