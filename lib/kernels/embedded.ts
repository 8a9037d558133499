import { inferenceWasm } from "./inference-wide-wasm";

/**
 * The compiled kernels of inference, which are part of the code: nothing has to be found, fetched or served beside it.
 *
 * @returns a WebAssembly module, for `instantiateInference`
 */
export const embeddedKernels = (): Uint8Array => Uint8Array.from(atob(inferenceWasm), (char) => char.charCodeAt(0));
