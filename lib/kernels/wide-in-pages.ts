import type { CompiledKernels } from "./wide";

/** What takes the place of wide.ts in a page (lib/deploy/build-esm.cjs): registers of 128 bits are all there is. */
export const compileKernels = (bytes: BufferSource): CompiledKernels => ({
  module: new WebAssembly.Module(bytes),
  wide: false,
});
