import { UsageError } from "../base/errors";

let given: Uint8Array | undefined;

/** Keeps the compiled module (`binvit.wasm`) for what works in this page. */
export function giveKernels(bytes: Uint8Array): void {
  given = bytes;
}

/** What takes the place of read.ts in a page, which reads no files. @throws UsageError if none were given */
export function readKernels(): Uint8Array {
  if (!given) throw new UsageError("The kernels are not here yet. Call useBackend(…) first.");
  return given;
}
