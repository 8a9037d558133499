import * as tf from "@tensorflow/tfjs";

/**
 * The values of a tensor, on the host.
 *
 * @param tensor - float32, any shape
 * @returns a copy, the caller's own; row-major
 */
export function readFloats(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync<"float32">();
  // The other backends hand out the tensor's own array: cpu always, tensorflow until the tensor is first computed with.
  return tf.getBackend() === "wasm" ? values : values.slice();
}
