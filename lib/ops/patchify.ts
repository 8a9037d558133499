import * as tf from "@tensorflow/tfjs";
import { TrainingError } from "../base/errors";
import { lengthsOf } from "./lengths";

/**
 * Cuts images into non-overlapping patches, each flattened in the order of a convolution kernel.
 *
 * A convolution with stride = kernel size = p is then one matrix product: tokens = patchify(x) · kernel[p·p·c, D].
 *
 * B: images, S: image size, p: patch size, c: channels
 *
 * @param images - shape [B, S, S, c]
 * @param patchSize - p; divides S
 * @returns patches in row-major order; shape [B, (S/p)², p·p·c]
 * @throws TrainingError if the images are not square, or cannot be cut into such patches
 *
 * Reference: Dosovitskiy et al., *An Image is Worth 16x16 Words*, 2021, eq. 1.
 */
export function patchify(images: tf.Tensor, patchSize: number): tf.Tensor {
  const { B: batch, S: size, c: channels } = lengthsOf("patchify: images", images, "B S S c");
  const side = size / patchSize;
  if (!Number.isInteger(side)) {
    throw new TrainingError(`patchify: images of ${size}×${size} pixels cannot be cut into patches of ${patchSize}.`);
  }
  return tf.tidy(() => {
    const cells = tf.reshape(images, [batch, side, patchSize, side, patchSize * channels]); // rows of a patch are apart
    const grouped = tf.transpose(cells, [0, 1, 3, 2, 4]); // [B, S/p, S/p, p, p·c]
    return tf.reshape(grouped, [batch, side * side, patchSize * patchSize * channels]);
  });
}
