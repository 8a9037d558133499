import * as tf from "@tensorflow/tfjs";

/** The least step that a learned step size is taken to be. */
const least = 1e-5;

/** @returns max(x, 1e-5), for learned sizes that have to stay above 0; gradient where x is above */
export const positive = (x: tf.Tensor): tf.Tensor => tf.maximum(x, least);
