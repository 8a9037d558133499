import { inferenceWasm } from "./inference-wide-wasm";

let decoded: Uint8Array | undefined;

/**
 * The compiled kernels of inference, which are part of the code: nothing has to be found, fetched or served beside it.
 *
 * @returns a WebAssembly module, for `instantiateInference`
 */
export function embeddedKernels(): Uint8Array {
  decoded ??= Uint8Array.from(atob(inferenceWasm), (char) => char.charCodeAt(0));
  return decoded;
}
