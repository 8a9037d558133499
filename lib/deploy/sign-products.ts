import * as tf from "@tensorflow/tfjs";
import type { KernelName } from "../backend/kernels";
import { BinvitError } from "../base/errors";

const product: KernelName = "BinvitGemm";

/**
 * Watches the float products of two matrices of ±1 that happen during a call: the accumulators of a simulation's W1A1
 * layers.
 *
 * @param work - runs on the wasm backend with `oneBit: false`
 * @returns what `work` returns, and the results of those products, in their order
 * @throws BinvitError if the float kernels are not there
 */
export function signProducts<T>(work: () => T): [result: T, products: Float32Array[]] {
  const original = tf.getKernel(product, "wasm");
  if (!original || tf.getBackend() !== "wasm") {
    throw new BinvitError("Products can only be watched on the wasm backend with the kit's kernels.");
  }
  const products: Float32Array[] = [];
  const floats = ({ dataId }: tf.TensorInfo) => tf.backend().readSync(dataId) as Float32Array;
  const signs = (info: tf.TensorInfo) => floats(info).every((value) => value === 1 || value === -1);
  // Probabilities are kept or not: 0 or 1.
  const bits = (info: tf.TensorInfo) => floats(info).every((value) => value === 1 || value === -1 || value === 0);
  const kernelFunc: tf.KernelFunc = (call) => {
    const outputs = original.kernelFunc(call) as tf.TensorInfo[];
    if (signs(call.inputs.b as tf.TensorInfo) && bits(call.inputs.a as tf.TensorInfo)) {
      products.push(floats(outputs[0]).slice());
    }
    return outputs;
  };
  tf.unregisterKernel(product, "wasm");
  tf.registerKernel({ ...original, kernelFunc });
  try {
    return [work(), products];
  } finally {
    tf.unregisterKernel(product, "wasm");
    tf.registerKernel(original);
  }
}
