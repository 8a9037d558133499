import * as tf from "@tensorflow/tfjs";
import { useBackend } from "../backend/select";

/** Turns our kernels on the WebAssembly backend on or off. */
export type KernelSwitch = (on: boolean) => void;

/**
 * Sets the WebAssembly backend and gets both states of its kernels.
 *
 * `useBackend` would compile our kernels anew each time, and fresh code is slow until it is optimized.
 *
 * @returns the switch; leave it on
 */
export async function kernelSwitch(): Promise<KernelSwitch> {
  await useBackend("wasm", { kernels: false });
  const stock = tf.getKernelsForBackend("wasm");
  await useBackend("wasm");
  const ours = tf.getKernelsForBackend("wasm");
  const replace = (before: tf.KernelConfig[], after: tf.KernelConfig[]) => {
    const [old, next] = [new Set(before), new Set(after)];
    for (const config of before) if (!next.has(config)) tf.unregisterKernel(config.kernelName, "wasm");
    for (const config of after) if (!old.has(config)) tf.registerKernel(config);
  };
  let isOn = true;
  return (on) => {
    if (on === isOn) return;
    isOn = on;
    if (on) replace(stock, ours);
    else replace(ours, stock);
  };
}
