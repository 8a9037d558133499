import * as tf from "@tensorflow/tfjs";

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
 *
 * Reference: Dosovitskiy et al., *An Image is Worth 16x16 Words*, 2021, eq. 1.
 */
export function patchify(images: tf.Tensor, patchSize: number): tf.Tensor {
  const [batch, size, , channels] = images.shape as [number, number, number, number];
  const side = size / patchSize;
  const cells = tf.reshape(images, [batch, side, patchSize, side, patchSize * channels]); // rows of a patch are apart
  const grouped = tf.transpose(cells, [0, 1, 3, 2, 4]); // [B, S/p, S/p, p, p·c]
  return tf.reshape(grouped, [batch, side * side, patchSize * patchSize * channels]);
}
