import * as tf from "@tensorflow/tfjs";
import { patchify } from "../ops/patchify";
import type { Binarizer } from "./binarizer";
import { binaryLinear } from "./linear";

/**
 * The patch-embedding convolution with binarized kernel and, in W1A1, binarized pixels.
 *
 * Stride equals kernel size, so it is `binaryLinear` on flattened patches; the channel scale is the mean of abs(W)
 * over [kh, kw, in].
 *
 * B: images, S: image size, p: patch size, c: channels, D: width
 *
 * @param images - shape [B, S, S, c]
 * @param parameters - kernel [p, p, c, D], bias [D] and, where learned, scale [1, D] or [1, 1]
 * @param binarizer - how; see `Binarizer`
 * @returns tokens in row-major order; shape [B, (S/p)², D]
 */
export function binaryPatchEmbedding(
  images: tf.Tensor,
  parameters: { readonly kernel: tf.Tensor; readonly bias: tf.Tensor; readonly scale?: tf.Tensor },
  binarizer: Binarizer,
): tf.Tensor {
  const [patchSize, , channels, embedDim] = parameters.kernel.shape as [number, number, number, number];
  const weight = tf.reshape(parameters.kernel, [patchSize * patchSize * channels, embedDim]);
  const { bias, scale } = parameters;
  return binaryLinear(patchify(images, patchSize), { weight, bias, scale }, binarizer);
}
