import type * as tf from "@tensorflow/tfjs";
import type { Own, OwnParameter } from "./quantizer";

/** What the hidden units of an MLP go through. One file each in `activations/`, or with the method that brings it. */
export interface Activation {
  /** Raised when its numbers change. */
  readonly revision: number;
  /** Its own parameters, for hidden units of that width. */
  parameters?(width: number): Readonly<Record<string, OwnParameter>>;
  /**
   * @param x - shape [B, N, M]
   * @param grid - patches that lie side by side; tokens before the patches are N − grid²
   * @returns shape of x
   */
  apply(x: tf.Tensor, own: Own, grid: number): tf.Tensor;
  /** Whether y has the sign of x, so that a layer that reads only signs need not wait for it. */
  readonly keepsSign: boolean;
  readonly neverNegative: boolean;
  /**
   * What it is after training, one of the kinds that the engine and ONNX know: GELU, ReLU, or two straight lines that meet
   * at a knee, y = (x − knee) · slope + offset with slope 1 above the knee, whose parameters `knee`, `slope` and `offset`,
   * [M] each, are its own.
   */
  readonly kind: "gelu" | "relu" | "knee";
}
