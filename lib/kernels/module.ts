/** The compiled kernels as TypeScript sees them. No Node module is imported here: this file runs in a browser too. */

/** A pointer into the memory the kernels work on, bytes. */
export type Pointer = number;

/**
 * The exports of the compiled module; `assembly/` documents each. Pointers and sizes only, and no state: what a kernel
 * needs beyond its arguments is scratch that the caller gives it. Flags are 0 or 1.
 */
export interface KernelModule {
  adamw(
    ...args: [
      weight: Pointer,
      gradient: Pointer,
      first: Pointer,
      second: Pointer,
      count: number,
      gradientScale: number,
      beta1: number,
      beta2: number,
      shrink: number,
      stepSize: number,
      correction: number,
      epsilon: number,
    ]
  ): void;
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
      queries: number,
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
      signs: Pointer,
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
  crossEntropy(
    ...args: [
      logits: Pointer,
      labels: Pointer,
      gradient: Pointer,
      loss: Pointer,
      rows: number,
      classes: number,
      smoothing: number,
      share: number,
    ]
  ): void;
  floatBySigns(
    ...args: [
      f: Pointer,
      signs: Pointer,
      y: Pointer,
      m: number,
      n: number,
      k: number,
      inScale: Pointer,
      alpha: Pointer,
      token: Pointer,
      bias: Pointer,
      residual: Pointer,
      scratch: Pointer,
    ]
  ): void;
  floatBySignsScratch(n: number, k: number): number;
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
  interleaveSigns(signs: Pointer, panels: Pointer, n: number, k: number): void;
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
  packColumns(x: Pointer, signs: Pointer, k: number, n: number): number;
  packSigns(x: Pointer, signs: Pointer, rows: number, k: number): number;
  panelBytes(n: number, k: number): number;
  patchify(
    ...args: [images: Pointer, patches: Pointer, batch: number, size: number, patch: number, channels: number]
  ): number;
  sign(x: Pointer, y: Pointer, count: number): void;
  signGrad(dy: Pointer, x: Pointer, dx: Pointer, count: number, form: number): void;
  signLinearInputGrad(
    ...args: [
      dy: Pointer,
      signs: Pointer,
      x: Pointer,
      dx: Pointer,
      m: number,
      n: number,
      k: number,
      alpha: Pointer,
      token: Pointer,
      form: number,
      scratch: Pointer,
    ]
  ): void;
  signsByFloat(
    ...args: [
      x: Pointer,
      dy: Pointer,
      g: Pointer,
      m: number,
      inputs: number,
      outputs: number,
      token: Pointer,
      scratch: Pointer,
    ]
  ): number;
  signsByFloatScratch(m: number, inputs: number): number;
  sumOfSquares(g: Pointer, count: number): number;
  sumRows(x: Pointer, sums: Pointer, rows: number, width: number): void;
  tokenScale(x: Pointer, token: Pointer, rows: number, k: number): void;
  xnorGemm(
    ...args: [
      a: Pointer,
      panels: Pointer,
      y: Pointer,
      m: number,
      n: number,
      k: number,
      stride: number,
      alpha: Pointer,
      token: Pointer,
      bias: Pointer,
      residual: Pointer,
      scratch: Pointer,
    ]
  ): void;
  xnorGemmScratch(): number;
  xnorGemmSigns(
    ...args: [
      a: Pointer,
      panels: Pointer,
      signs: Pointer,
      m: number,
      n: number,
      k: number,
      alpha: Pointer,
      token: Pointer,
      bias: Pointer,
      scratch: Pointer,
    ]
  ): void;
}

/** The kernels of inference: what the engine needs, and what `scalar.ts` has as well. */
export type InferenceKernels = Pick<
  KernelModule,
  | "add"
  | "attention"
  | "attentionScratch"
  | "floatBySigns"
  | "floatBySignsScratch"
  | "gelu"
  | "gemm"
  | "gemmScratch"
  | "interleaveSigns"
  | "layerNorm"
  | "packSigns"
  | "panelBytes"
  | "patchify"
  | "tokenScale"
  | "xnorGemm"
  | "xnorGemmScratch"
  | "xnorGemmSigns"
>;

/** @returns words of one row of k signs, which is filled up to a whole word */
export const signWords = (k: number): number => Math.ceil(k / 32);

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
