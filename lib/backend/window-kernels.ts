import type * as tf from "@tensorflow/tfjs";
import { run } from "./run-kernel";

/** How a convolution goes over its images. */
export interface WindowOptions {
  /** Pixels of a window's side. */
  readonly kernel: number;
  /** Pixels from a window to the next. */
  readonly stride: number;
  /** Zeros on each side of an image. */
  readonly padding: number;
}

/** The kernels that convolutions are made of, a part of `kernels`. */
export const windowKernels = {
  /**
   * The windows of a convolution as rows in the order of its kernel [kh, kw, c, outputs], so that
   * unfold(x) · kernel is the convolution.
   *
   * @param images - shape [B, S, S, c]
   * @returns shape [B · out², kernel² · c], out = ⌊(S + 2 padding − kernel) / stride⌋ + 1
   */
  unfold(images: tf.Tensor, { kernel, stride, padding }: WindowOptions): tf.Tensor {
    return run("BinvitUnfold", { images }, { kernel, stride, padding })[0];
  },

  /**
   * The transpose of `unfold`, and so its gradient: each element is added to the pixel that it was read from.
   *
   * @param rows - shape [B · out², kernel² · c]
   * @param shape - that of the images, [B, S, S, c]
   * @returns shape [B, S, S, c]
   */
  fold(rows: tf.Tensor, shape: readonly number[], { kernel, stride, padding }: WindowOptions): tf.Tensor {
    const [batch, size, , channels] = shape;
    return run("BinvitFold", { rows }, { batch, size, channels, kernel, stride, padding })[0];
  },
};
