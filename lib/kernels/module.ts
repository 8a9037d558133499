/** The compiled kernels as TypeScript sees them. No Node module is imported here: this file runs in a browser too. */

import { type InferenceKernels, type KernelModule, nameInferenceKernels, nameKernels } from "./named-kernels";

export type { InferenceKernels, KernelModule, Pointer } from "./named-kernels";

/** @returns words of one row of k signs, which is filled up to a whole word */
export const signWords = (k: number): number => Math.ceil(k / 32);

/**
 * Starts the kernels on a memory, which stays the caller's: the module owns no data, stack or heap in it. What a kernel
 * needs beyond its arguments is scratch that the caller gives it.
 *
 * Where calls are many, name the arguments one by one: that is as fast as a call by position. V8 takes 7 µs for an object
 * that starts with a spread.
 *
 * @param bytes - the compiled module, `binvit.wasm`
 * @param memory - where all pointers point
 */
export const instantiateKernels = (bytes: BufferSource, memory: WebAssembly.Memory): KernelModule =>
  nameKernels(instantiate(bytes, memory));

/** Starts those of inference; `bytes` may hold them alone. In a browser, fetch `binvit.wasm`, or see `embedded.ts`. */
export const instantiateInference = (bytes: BufferSource, memory: WebAssembly.Memory): InferenceKernels =>
  nameInferenceKernels(instantiate(bytes, memory));

function instantiate(bytes: BufferSource, memory: WebAssembly.Memory): Parameters<typeof nameKernels>[0] {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return instance.exports as Parameters<typeof nameKernels>[0]; // functions of numbers, and nothing else
}
