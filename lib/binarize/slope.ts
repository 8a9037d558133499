import type * as tf from "@tensorflow/tfjs";
import type { SteForm } from "../backend/kernel-codes";

/**
 * What the derivative of sign is taken to be: the true one is 0 almost everywhere, and nothing would be learned.
 *
 * One file each in `slopes/`, and one line in `slopes/index.ts`.
 */
export interface Slope {
  /** Raised when its numbers change: runs made with another revision are other runs. */
  readonly revision: number;
  /**
   * @param x - what the sign is taken of; any shape
   * @param progress - how much of the training is over, 0 … 1, for slopes that change on the way
   * @returns shape of x
   */
  at(x: tf.Tensor, progress: number): tf.Tensor;
  /**
   * The function that sign is pretended to be, of which `at` is the derivative; `checkSlope` compares the two.
   *
   * @param x - a number
   * @param progress - as above
   */
  readonly pretends?: (x: number, progress: number) => number;
  /** Its name in the fused kernels, which do the same in one pass; without it the products are still on bits. */
  readonly kernel?: SteForm;
}
