import * as tf from "@tensorflow/tfjs";
import { stopGradient } from "../../ops/stop-gradient";
import type { BinaryLatent } from "../quantizer";
import { identity } from "../slopes/identity";

/**
 * Signs times the mean size of the whole matrix, straight through both: W ≈ E sign(W − m), dŴ/dW = 1, E = mean abs(W).
 *
 * @param weight - W; shape [I, O]
 * @param center - whether m is the mean of W; else 0
 */
export function straightThroughMatrix(weight: tf.Tensor, center: boolean): BinaryLatent {
  const size = stopGradient(tf.reshape(tf.maximum(tf.mean(tf.abs(weight)), 1e-20), [1, 1]));
  const latent = center ? tf.sub(weight, stopGradient(tf.mean(weight))) : weight;
  return { latent: tf.div(latent, size), slope: identity, factor: size }; // the division undoes what E does to gradients
}
