import * as tf from "@tensorflow/tfjs";
import { lengthsOf } from "../ops/lengths";
import { patchify } from "../ops/patchify";
import type { LayerBinarizer } from "./binarizer";
import { binaryLinear, type LayerOptions } from "./linear";

/**
 * The patch-embedding convolution with binarized kernel and, in W1A1, binarized pixels.
 *
 * Stride equals kernel size, so it is `binaryLinear` on flattened patches; the channel scale is the mean of abs(W)
 * over [kh, kw, in].
 *
 * B: images, S: image size, p: patch size, c: channels, D: width
 *
 * @param images - shape [B, S, S, c]
 * @param parameters - kernel [p, p, c, D], bias [D], and what the quantizers learn
 * @param binarizer - how; see `Binarizer`
 * @param options - where in the training
 * @returns tokens in row-major order; shape [B, (S/p)², D]
 * @throws TrainingError if the shapes do not belong together
 */
export function binaryPatchEmbedding(
  images: tf.Tensor,
  parameters: { readonly kernel: tf.Tensor; readonly bias: tf.Tensor; readonly [own: string]: tf.Tensor | undefined },
  binarizer: LayerBinarizer,
  options: LayerOptions = {},
): tf.Tensor {
  const { kernel, ...rest } = parameters;
  const { p: patchSize, c: channels, D: embedDim } = lengthsOf("binaryPatchEmbedding: kernel", kernel, "p p c D");
  lengthsOf("binaryPatchEmbedding: images", images, "B S S c", { c: channels });
  return tf.tidy(() => {
    const weight = tf.reshape(kernel, [patchSize * patchSize * channels, embedDim]);
    return binaryLinear(patchify(images, patchSize), { ...rest, weight }, binarizer, options);
  });
}
