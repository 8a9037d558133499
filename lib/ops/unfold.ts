import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels, type WindowOptions } from "../backend/kernels";
import { lengthsOf } from "./lengths";

/**
 * The windows of a convolution as rows, in the order of its kernel [kh, kw, c, outputs]: a convolution is then one matrix
 * product. Its gradient adds each entry to the pixel that it was read from.
 *
 * B: images, S: their size, c: channels, n = ⌊(S + 2 padding − kernel) / stride⌋ + 1
 *
 * @param images - shape [B, S, S, c]
 * @param window - kernel size, stride, and zeros on each side
 * @returns shape [B, n², kernel² · c]
 * @throws TrainingError if the images are not square, or no window fits
 */
export function unfold(images: tf.Tensor, { kernel, stride, padding }: WindowOptions): tf.Tensor {
  const { B: batch, S: size, c: channels } = lengthsOf("unfold: images", images, "B S S c");
  const across = Math.floor((size + 2 * padding - kernel) / stride) + 1;
  const shape: [number, number, number] = [batch, across ** 2, kernel ** 2 * channels];
  const window = { kernel, stride, padding };
  if (!hasKernels()) return tf.tidy(() => tf.reshape(plainUnfold(images, window, across), shape));
  const run = tf.customGrad((x) => ({
    value: tf.reshape(kernels.unfold(x as tf.Tensor, window), shape),
    gradFunc: (dy: tf.Tensor) => kernels.fold(tf.reshape(dy, [-1, shape[2]]), images.shape, window),
  })) as (x: tf.Tensor) => tf.Tensor;
  return run(images);
}

function plainUnfold(images: tf.Tensor, { kernel, stride, padding }: WindowOptions, across: number): tf.Tensor {
  const sides: [number, number] = [padding, padding + stride];
  const padded = tf.pad(images, [[0, 0], sides, sides, [0, 0]]);
  const [batch, , , channels] = images.shape as [number, number, number, number];
  const reach = across * stride;
  const offsets = Array.from({ length: kernel ** 2 }, (_, i) => [Math.floor(i / kernel), i % kernel]);
  const parts = offsets.map(([row, column]) => {
    const from = tf.slice(padded, [0, row, column, 0], [batch, reach, reach, channels]);
    // Every `stride`-th row and column: strided slices have no gradient.
    const rows = tf.slice(tf.reshape(from, [batch * across, stride, reach * channels]), [0, 0, 0], [-1, 1, -1]);
    const pixels = tf.slice(tf.reshape(rows, [batch * across ** 2, stride * channels]), [0, 0], [-1, channels]);
    return tf.reshape(pixels, [batch, across ** 2, channels]);
  });
  return tf.concat(parts, -1);
}
