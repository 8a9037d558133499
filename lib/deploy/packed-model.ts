import type { PixelStatistics } from "../data/normalization";
import type { PackedConfig } from "./packed-config";

/** A trained model as it is deployed: one bit for every binarized weight, and where it comes from. */
export interface PackedModel extends Meaning {
  readonly config: PackedConfig;
  readonly origin: Origin;
  /** As named and shaped by `packedShapes(config)`; signs are bytes, everything else floats. */
  readonly tensors: Readonly<Record<string, PackedTensor>>;
}

/** Signs or floats of a packed model, and how a file holds them. */
export interface PackedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array;
  /** In how many bits a file holds each float, as a whole multiple of a step; else in 32. */
  readonly bits?: 16 | 8;
  /** The steps: one for all, or one for each index of the last axis. */
  readonly steps?: Float32Array;
}

/** What the numbers that go in and those that come out stand for; not known where a model was made without data. */
export interface Meaning {
  /** Turns the bytes of an image into what the model reads. */
  readonly pixels?: PixelStatistics;
  readonly classNames?: readonly string[];
}

/** The run that a packed model comes from. */
export interface Origin {
  /** Name of the run. */
  readonly name: string;
  readonly seed: number;
  /** What it was trained on; enough to load the test split again. */
  readonly dataset: { readonly name: string; readonly trainLimit?: number; readonly sha256: string };
}
