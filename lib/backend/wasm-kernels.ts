import * as tf from "@tensorflow/tfjs";
import { instantiateKernels } from "../kernels/module";
import { readKernels } from "../kernels/read";
import { floatWorks } from "./float-works";
import { signWorks } from "./sign-works";
import { type WasmBackend, Workspace } from "./wasm-backend";
import type { Work } from "./work";

/**
 * Gives the WebAssembly backend our kernels, which then work in its memory in place. Calling it again renews them.
 *
 * @param backend - the backend that is set
 * @param oneBit - with the kernels that work on signs as bits
 * @throws FileError if the kernels have not been built
 */
export function registerKernels(backend: WasmBackend, oneBit: boolean): void {
  const module = instantiateKernels(readKernels(), backend.wasm.asm.memory);
  unregisterKernels();
  const works: Readonly<Record<string, Work>> = oneBit ? { ...floatWorks, ...signWorks } : floatWorks;
  for (const [kernelName, work] of Object.entries(works)) {
    const kernelFunc: tf.KernelFunc = ({ inputs, attrs }) => {
      const space = new Workspace(backend);
      let failed = true;
      try {
        const results = work(
          module,
          space,
          inputs as Record<string, tf.TensorInfo>,
          (attrs ?? {}) as Record<string, number>,
        );
        failed = false;
        return results;
      } finally {
        space.release(failed);
      }
    };
    tf.registerKernel({ kernelName, backendName: "wasm", kernelFunc });
  }
  aliasClones(backend);
}

let stockIdentity: tf.KernelConfig | undefined;

// TensorFlow.js clones every tensor that a gradient saves, and on wasm a clone copies the values. A second handle on
// the same memory is enough, as on its other backends: tensors are never written to after they are made.
function aliasClones(backend: WasmBackend): void {
  stockIdentity = tf.getKernel("Identity", "wasm");
  tf.unregisterKernel("Identity", "wasm");
  const kernelFunc: tf.KernelFunc = ({ inputs }) => {
    const { dataId, shape, dtype } = inputs.x as tf.TensorInfo;
    backend.incRef(dataId);
    return { dataId, shape, dtype };
  };
  tf.registerKernel({ kernelName: "Identity", backendName: "wasm", kernelFunc });
}

/** Leaves the WebAssembly backend as TensorFlow.js made it. */
export function unregisterKernels(): void {
  for (const name of Object.keys({ ...floatWorks, ...signWorks })) {
    if (tf.getKernel(name, "wasm")) tf.unregisterKernel(name, "wasm");
  }
  if (!stockIdentity) return;
  tf.unregisterKernel("Identity", "wasm");
  tf.registerKernel(stockIdentity);
  stockIdentity = undefined;
}
