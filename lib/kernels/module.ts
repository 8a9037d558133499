/** The compiled kernels as TypeScript sees them. No Node module is imported here: this file runs in a browser too. */

import * as named from "./named-kernels";
import { compileKernels } from "./wide";

export type { InferenceKernels, Pointer } from "./named-kernels";

/** All kernels. (Which registers they use is settled here.) */
export type KernelModule = Omit<named.KernelModule, "setWide">;

/** @returns words of one row of k signs, which is filled up to a whole word */
export const signWords = (k: number): number => Math.ceil(k / 32);

/** Most signs in a row that is multiplied: counts have 16 bits. */
export const mostSigns = 65_532;

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
  named.nameKernels(instantiate(bytes, memory));

/** Starts those of inference; `bytes` may hold them alone. In a browser, fetch `binvit.wasm`, or see `embedded.ts`. */
export const instantiateInference = (bytes: BufferSource, memory: WebAssembly.Memory): named.InferenceKernels =>
  named.nameInferenceKernels(instantiate(bytes, memory));

/** Functions of numbers, and nothing else. */
type Exports = named.Positional;

function instantiate(bytes: BufferSource, memory: WebAssembly.Memory): Exports {
  const { module, wide } = compileKernels(bytes);
  const functions = new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
  if (wide) functions.setWide(1);
  return functions;
}
