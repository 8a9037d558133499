import * as tf from "@tensorflow/tfjs";
import type { arithmetics } from "./names";
import { hasKernels } from "./run-kernel";

/**
 * What computes the numbers, as far as their last digits depend on it. `wasm+kernels` is the same on every machine;
 * `tensorflow` repeats itself on one machine with one number of threads.
 */
export type Arithmetic = (typeof arithmetics)[number];

/** @returns what the current backend computes with; it must be ready */
export const arithmetic = (): Arithmetic => (hasKernels() ? "wasm+kernels" : (tf.getBackend() as Arithmetic));
