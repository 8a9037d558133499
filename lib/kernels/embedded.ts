import { fromBase64 } from "./from-base64";
import { inferenceWasm } from "./inference-wide-wasm";

let decoded: Uint8Array | undefined;

/**
 * The compiled kernels of inference, which are part of the code: nothing has to be found, fetched or served beside it.
 *
 * @returns a WebAssembly module, for `instantiateInference`
 */
export function embeddedKernels(): Uint8Array {
  decoded ??= fromBase64(inferenceWasm);
  return decoded;
}
