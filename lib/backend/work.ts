import * as tf from "@tensorflow/tfjs";
import { DivergenceError, TrainingError } from "../base/errors";
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

/** Sizes of `batch` products op(A) · op(B), and the leading axes of the results. */
export interface ProductSizes {
  readonly leading: readonly number[];
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

/** @throws TrainingError if they cannot be multiplied */
export function productSizes(
  what: string,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  { transposeA, transposeB }: { readonly transposeA?: boolean; readonly transposeB?: boolean },
): ProductSizes {
  const leading = a.shape.slice(0, -2);
  const [rows, columns] = a.shape.slice(-2);
  const [m, k] = transposeA ? [columns, rows] : [rows, columns];
  const n = b.shape[b.shape.length - (transposeB ? 2 : 1)];
  const inner = b.shape[b.shape.length - (transposeB ? 1 : 2)];
  if (inner !== k || `${b.shape.slice(0, -2)}` !== `${leading}`) {
    const marks = [transposeA ? "ᵀ" : "", transposeB ? "ᵀ" : ""];
    throw new TrainingError(`${what}: [${a.shape}]${marks[0]} and [${b.shape}]${marks[1]} cannot be multiplied.`);
  }
  return { leading, batch: tf.util.sizeFromShape(leading), m, n, k };
}

/**
 * @param odd - what a kernel says that makes bits
 * @throws DivergenceError if it was given a NaN
 */
export function expectNumbers(odd: number, what: string): void {
  if (odd === 0) return;
  throw new DivergenceError(`The input of ${what} holds NaN, which has no sign. Lower the learning rate.`);
}
