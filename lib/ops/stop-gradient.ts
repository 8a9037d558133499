import * as tf from "@tensorflow/tfjs";
import { startOf } from "./held";

/**
 * The identity, through which no gradient flows.
 *
 * @param x - any shape
 * @returns x
 */
export const stopGradient = (x: tf.Tensor): tf.Tensor => startOf(x) ?? stopped(x);

const stopped = tf.customGrad((x) => ({
  value: (x as tf.Tensor).clone(),
  gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
})) as (x: tf.Tensor) => tf.Tensor;
