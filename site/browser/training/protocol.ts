import type { EpochRecord } from "../../../lib/train/record";
import type { RunInput } from "../../../lib/train/run-config";

/** What a training worker is asked for, once. */
export interface TrainingRequest {
  readonly input: RunInput;
  readonly seed: number;
}

/** What was reached. */
export interface TrainingEnd {
  /** Share of the 360 test images, 0 … 1. */
  readonly accuracy: number;
  readonly seconds: number;
  /** SHA-256 of the weights, as in the record of a run in Node. */
  readonly weightsSha256: string;
  /** Weights of the model as floats, bytes. */
  readonly floatBytes: number;
  /** The packed model, a file for `binvit` and for the engine. */
  readonly packed: Uint8Array;
}

/** What a training worker says. */
export type TrainingNews =
  | { readonly kind: "epoch"; readonly epoch: EpochRecord }
  | { readonly kind: "end"; readonly end: TrainingEnd }
  | { readonly kind: "failure"; readonly message: string };
