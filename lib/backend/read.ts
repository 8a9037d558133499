import * as tf from "@tensorflow/tfjs";

/**
 * The values of a tensor, on the host.
 *
 * @param tensor - float32, any shape
 * @returns a copy, the caller's own; row-major
 */
export function readFloats(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync<"float32">();
  // The plain JavaScript backend hands out the tensor's own array; the others a fresh one.
  return tf.getBackend() === "cpu" ? values.slice() : values;
}
