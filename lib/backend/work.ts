import * as tf from "@tensorflow/tfjs";
import { TrainingError } from "../base/errors";
import type { KernelModule } from "../kernels/module";
import type { Workspace } from "./wasm-backend";

/** Takes addresses from the workspace, calls the module, returns the results. */
export type Work = (
  module: KernelModule,
  space: Workspace,
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attrs: Readonly<Record<string, number>>,
) => tf.TensorInfo[];

/** @returns the number of elements */
export const size = (tensor: tf.TensorInfo): number => tf.util.sizeFromShape(tensor.shape);

/** @returns the length of the last axis */
export const last = (tensor: tf.TensorInfo): number => tensor.shape[tensor.shape.length - 1];

/**
 * The kernels trust their sizes: a wrong one would overwrite other tensors, so shapes are compared before the call.
 *
 * @throws TrainingError if they differ
 */
export function expectSize(tensor: tf.TensorInfo, expected: number, what: string): void {
  if (size(tensor) !== expected) {
    throw new TrainingError(`${what}: shape [${tensor.shape}] does not fit, ${expected} values were expected.`);
  }
}
