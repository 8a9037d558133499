import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FileError } from "../errors";

/** A pointer into the memory the kernels work on, bytes. */
export type Pointer = number;

/**
 * The exports of the compiled module; `assembly/` documents each. Pointers and sizes only, and no state: what a kernel
 * needs beyond its arguments is scratch that the caller gives it. Flags are 0 or 1.
 */
export interface KernelModule {
  add(a: Pointer, b: Pointer, y: Pointer, rows: number, width: number): void;
  attention(
    ...args: [
      qkv: Pointer,
      out: Pointer,
      probs: Pointer,
      batch: number,
      tokens: number,
      width: number,
      heads: number,
      scratch: Pointer,
    ]
  ): void;
  attentionGrad(
    ...args: [
      dout: Pointer,
      qkv: Pointer,
      probs: Pointer,
      dqkv: Pointer,
      batch: number,
      tokens: number,
      width: number,
      heads: number,
      scratch: Pointer,
    ]
  ): void;
  attentionScratch(tokens: number, width: number, heads: number): number;
  binarizeWeight(
    ...args: [
      w: Pointer,
      given: Pointer,
      binary: Pointer,
      alpha: Pointer,
      means: Pointer,
      inputs: number,
      outputs: number,
      scale: number,
      center: number,
    ]
  ): void;
  binarizeWeightGrad(
    ...args: [
      g: Pointer,
      w: Pointer,
      alpha: Pointer,
      dw: Pointer,
      dalpha: Pointer,
      scratch: Pointer,
      inputs: number,
      outputs: number,
      scale: number,
      product: number,
      form: number,
      center: number,
    ]
  ): void;
  gelu(x: Pointer, y: Pointer, count: number): void;
  geluGrad(dy: Pointer, x: Pointer, dx: Pointer, count: number): void;
  gemm(
    ...args: [
      a: Pointer,
      b: Pointer,
      bias: Pointer,
      c: Pointer,
      batch: number,
      m: number,
      n: number,
      k: number,
      transposeA: number,
      transposeB: number,
      scratch: Pointer,
    ]
  ): void;
  gemmScratch(n: number, k: number): number;
  layerNorm(
    ...args: [
      x: Pointer,
      gamma: Pointer,
      beta: Pointer,
      y: Pointer,
      mean: Pointer,
      inverse: Pointer,
      rows: number,
      width: number,
      epsilon: number,
    ]
  ): void;
  layerNormGrad(
    ...args: [
      dy: Pointer,
      x: Pointer,
      gamma: Pointer,
      mean: Pointer,
      inverse: Pointer,
      dx: Pointer,
      dgamma: Pointer,
      dbeta: Pointer,
      rows: number,
      width: number,
    ]
  ): void;
  sign(x: Pointer, y: Pointer, count: number): void;
  signGrad(dy: Pointer, x: Pointer, dx: Pointer, count: number, form: number): void;
  sumRows(x: Pointer, sums: Pointer, rows: number, width: number): void;
}

/**
 * Starts the kernels on a memory, which stays the caller's: the module owns no data, stack or heap in it.
 *
 * @param bytes - the compiled module; in a browser, fetch `binvit.wasm`
 * @param memory - where all pointers point
 */
export function instantiateKernels(bytes: BufferSource, memory: WebAssembly.Memory): KernelModule {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return instance.exports as unknown as KernelModule; // the exports of assembly/index.ts, written down above
}

/**
 * Reads the compiled module from disk.
 *
 * @throws FileError if it has not been built
 */
export function readKernels(): Uint8Array {
  // Next to this file once compiled; in dist/ for tests, which run the sources.
  const places = [join(__dirname, "binvit.wasm"), join(__dirname, "..", "dist", "kernels", "binvit.wasm")];
  const found = places.find((place) => existsSync(place));
  if (!found) throw new FileError("The compiled kernels (binvit.wasm) are missing. Run `npm run build` to make them.");
  return new Uint8Array(readFileSync(found));
}
