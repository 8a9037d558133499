import * as tf from "@tensorflow/tfjs";
import type { WasmBackend } from "./wasm-backend";

/**
 * Whether an error means that no more memory was to be had. TensorFlow.js's WebAssembly backend does not say so: it
 * aborts, or writes to the null pointer that its allocation returned. TensorFlow says it in its own words.
 *
 * @param error - whatever was thrown
 */
export function isOutOfMemory(error: unknown): boolean {
  const { name, message } = error as Error;
  if (name === "RangeError")
    return /allocation failed|could not allocate|array length|array buffer|\bMemory\b/i.test(message);
  if (/\bOOM when allocating tensor\b/.test(message)) return true;
  return name === "RuntimeError" && (message.startsWith("Aborted(") || wasmBytes() > 2 ** 31);
}

/** Bytes of the backend's memory, which only grows. */
function wasmBytes(): number {
  if (tf.getBackend() !== "wasm") return 0;
  return (tf.backend() as unknown as WasmBackend).wasm.asm.memory.buffer.byteLength;
}
