import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";
import { TrainingError } from "../base/errors";
import { lengthsOf } from "./lengths";

/**
 * Cross entropy of logits against class indices, mean or sum over the batch, with label smoothing.
 *
 * L = −(1/B) Σ t · log softmax(z), t = (1 − ε) · onehot + ε / C; dL/dz = (softmax(z) − t) / B
 *
 * B: images, C: classes
 *
 * @param logits - shape [B, C]
 * @param labels - class indices; shape [B], int32
 * @param labelSmoothing - ε, the share of the target spread over all classes
 * @param reduction - `sum` leaves out the 1/B
 * @returns a scalar
 * @throws TrainingError if the labels are not one class for each row of logits, or ε is not a share
 *
 * Reference: Szegedy et al., *Rethinking the Inception Architecture*, 2016, section 7.
 */
export function crossEntropy(
  logits: tf.Tensor,
  labels: tf.Tensor,
  labelSmoothing = 0,
  reduction: "mean" | "sum" = "mean",
): tf.Scalar {
  const { B: batch, C: numClasses } = lengthsOf("crossEntropy: logits", logits, "B C");
  lengthsOf("crossEntropy: labels", labels, "B", { B: batch });
  expectClasses(labels, numClasses);
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    throw new TrainingError(`crossEntropy: labelSmoothing is ${labelSmoothing}, expected 0 or more and below 1.`);
  }
  const share = reduction === "mean" ? 1 / batch : 1;
  const loss = tf.customGrad((z, save) => {
    if (hasKernels()) {
      const indices = tf.cast(labels, "float32");
      const [value, gradient] = kernels.crossEntropy(z as tf.Tensor, indices, labelSmoothing, share);
      (save as tf.GradSaveFunc)([gradient]);
      return { value, gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(saved, dy) };
    }
    const oneHot = tf.cast(tf.oneHot(labels as tf.Tensor1D, numClasses), "float32");
    const target = tf.add(tf.mul(oneHot, 1 - labelSmoothing), labelSmoothing / numClasses);
    const logProbabilities = tf.logSoftmax(z as tf.Tensor);
    (save as tf.GradSaveFunc)([tf.exp(logProbabilities), target]);
    return {
      value: tf.mul(tf.sum(tf.mul(target, logProbabilities)), -share),
      gradFunc: (dy: tf.Tensor, [probabilities, savedTarget]: tf.Tensor[]) =>
        tf.mul(tf.sub(probabilities, savedTarget), tf.mul(dy, share)),
    };
  });
  return loss(logits) as tf.Scalar;
}

/** A label that is no class would read the logits of another row. */
function expectClasses(labels: tf.Tensor, numClasses: number): void {
  const wrong = labels.dataSync().find((label) => !(Number.isInteger(label) && label >= 0 && label < numClasses));
  if (wrong === undefined) return;
  throw new TrainingError(`crossEntropy: label ${wrong}, expected whole numbers from 0 to ${numClasses - 1}.`);
}
