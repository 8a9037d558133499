import { type KernelModule, nameKernels, type Positional } from "./named-kernels";

/** Bytes of a place: 32,768 floats. */
const placeBytes = 131_072;
/** Places of the inputs, then of the results, then scratch. */
const [inputs, results, scratchPlaces] = [6, 6, 6];
/** Pages of the memory that a test needs; the first place stays empty, for address 0 is the null pointer. */
const pages = ((1 + inputs + results + scratchPlaces) * placeBytes) / 65_536;

const place = (index: number): number => (1 + index) * placeBytes;
const [a, b, c, d, e, positive] = Array.from({ length: inputs }, (_, i) => place(i));
const [y, y2, y3, y4, bits, panels] = Array.from({ length: results }, (_, i) => place(inputs + i));
const scratch = place(inputs + results);

type Case = (kernels: KernelModule) => unknown;

/** Sizes that fill whole tiles and leave something at every edge; k of more and of fewer signs than bytes can count. */
const products = [
  { m: 70, n: 86, k: 37 },
  { m: 5, n: 20, k: 261 },
  { m: 67, n: 64, k: 260 },
  { m: 66, n: 75, k: 130 },
  { m: 65, n: 128, k: 32 },
];

const packed = (kernels: KernelModule, { m, n, k }: { m: number; n: number; k: number }): void => {
  kernels.packSigns({ x: b, signs: y4, rows: n, k });
  kernels.interleaveSigns({ signs: y4, panels, n, k });
  kernels.packSigns({ x: a, signs: bits, rows: m, k, thresholds: d });
};

const rows = { rows: 33, width: 77 };
const tokens = { tokens: 37, width: 88, heads: 4 };
const shift = { batch: 2, tokens: 17, rows: 4, columns: 4, width: 25, distance: 1 };
const window = { batch: 2, size: 8, channels: 5, kernel: 3, stride: 2, padding: 1 };
const bitsOfAttention = { qkv: a, out: y, probs: y2, ...tokens, queries: 37, scale: 0.2, scratch };
const weight = { w: a, inputs: 40, outputs: 45 };

/** Every kernel at work, by name; those that only say how much scratch is needed are left out. */
export const selfTests: Readonly<Record<string, Case>> = {
  adamw: (kernels) =>
    kernels.adamw({
      ...{
        weight: y,
        gradient: a,
        first: y2,
        second: positive,
        count: 1003,
        gradientScale: 0.7,
        beta1: 0.9,
        beta2: 0.99,
      },
      ...{ shrink: 0.999, stepSize: 0.01, correction: 1.1, epsilon: 1e-8 },
    }),
  add: (kernels) => kernels.add({ a, b, y, ...rows }),
  attendScores: (kernels) =>
    kernels.attendScores({
      scores: a,
      values: b,
      context: y,
      probs: y2,
      matrices: 3,
      queries: 19,
      tokens: 37,
      dim: 22,
      scratch,
    }),
  attention: (kernels) => kernels.attention({ qkv: a, out: y, probs: y2, batch: 2, ...tokens, queries: 37, scratch }),
  attentionBits: (kernels) => [
    kernels.attentionBits({ ...bitsOfAttention, binaryScores: true, levels: 0 }),
    kernels.attentionBits({
      ...bitsOfAttention,
      binaryScores: true,
      levels: 1,
      keepShare: positive,
      alpha: positive,
      gamma: d,
    }),
  ],
  attentionGrad: (kernels) => {
    kernels.attention({ qkv: a, out: y, probs: y2, batch: 2, ...tokens, queries: 37, scratch });
    kernels.attentionGrad({ dout: b, qkv: a, probs: y2, dqkv: y3, batch: 2, ...tokens, queries: 37, scratch });
  },
  binarizeWeight: (kernels) =>
    kernels.binarizeWeight({ ...weight, signs: y, alpha: y2, means: y3, scale: 2, center: true }),
  binarizeWeightGrad: (kernels) => {
    const gradient = { ...weight, g: b, alpha: positive, dw: y, dalpha: y2, scratch, scale: 2, product: true, form: 1 };
    kernels.binarizeWeightGrad({ ...gradient, center: true });
  },
  crossEntropy: (kernels) =>
    kernels.crossEntropy({
      logits: a,
      labels: e,
      gradient: y,
      loss: y2,
      rows: 33,
      classes: 10,
      smoothing: 0.1,
      share: 0.5,
    }),
  floatBySigns: (kernels) => {
    for (const size of products) {
      packed(kernels, size);
      kernels.floatBySigns({
        f: a,
        signs: y4,
        y,
        ...size,
        inScale: d,
        alpha: c,
        token: positive,
        bias: d,
        residual: e,
        scratch,
      });
    }
  },
  fold: (kernels) => kernels.fold({ rows: a, images: y, ...window }),
  gelu: (kernels) => kernels.gelu({ x: a, y, count: 2003 }),
  geluGrad: (kernels) => kernels.geluGrad({ dy: b, x: a, dx: y, count: 2003 }),
  gemm: (kernels) => {
    for (const size of products) {
      for (const transposeA of [false, true])
        kernels.gemm({ a, b, bias: d, c: y, batch: 1, ...size, transposeA, scratch });
      kernels.gemm({ a, b, c: y2, batch: 1, ...size, transposeB: true, scratch });
    }
  },
  interleaveSigns: (kernels) => packed(kernels, products[3]),
  keepAbove: (kernels) =>
    kernels.keepAbove({ p: positive, thresholds: d, bits: y, means: y2, batch: 2, heads: 2, queries: 9, tokens: 37 }),
  knee: (kernels) => kernels.knee({ x: a, knee: b, slope: c, offset: d, y, ...rows }),
  kneeGrad: (kernels) =>
    kernels.kneeGrad({ dy: b, x: a, knee: c, slope: d, dx: y, dknee: y2, dslope: y3, doffset: y4, ...rows }),
  layerNorm: (kernels) =>
    kernels.layerNorm({ x: a, gamma: b, beta: c, y, mean: y2, inverse: y3, ...rows, epsilon: 1e-6 }),
  layerNormGrad: (kernels) =>
    kernels.layerNormGrad({ dy: b, x: a, gamma: c, mean: d, inverse: positive, dx: y, dgamma: y2, dbeta: y3, ...rows }),
  packColumns: (kernels) => kernels.packColumns({ x: a, signs: bits, k: 70, n: 45 }),
  packSigns: (kernels) => kernels.packSigns({ x: a, signs: bits, rows: 20, k: 261, thresholds: b }),
  patchify: (kernels) => kernels.patchify({ images: a, patches: y, batch: 2, size: 12, patch: 4, channels: 3 }),
  sign: (kernels) => kernels.sign({ x: a, y, count: 1003 }),
  signGrad: (kernels) => {
    for (const form of [0, 1, 2, 3]) kernels.signGrad({ dy: b, x: a, dx: y + 4096 * form, count: 1003, form });
  },
  signLinearInputGrad: (kernels) => {
    for (const size of products.slice(2)) {
      packed(kernels, size);
      kernels.signLinearInputGrad({
        dy: a,
        signs: y4,
        x: c,
        dx: y,
        ...size,
        alpha: d,
        token: positive,
        form: 1,
        scratch,
      });
    }
  },
  signMatMul: (kernels) => {
    for (const transposeB of [false, true])
      kernels.signMatMul({ a, b, y, batch: 2, m: 37, n: 45, k: 70, transposeB, scratch });
  },
  signsByFloat: (kernels) =>
    kernels.signsByFloat({ x: a, dy: b, g: y, m: 133, inputs: 45, outputs: 37, token: d, scratch }),
  softmax: (kernels) => kernels.softmax({ x: a, y, ...rows, scale: 0.3, scratch }),
  softmaxGrad: (kernels) => kernels.softmaxGrad({ dy: a, p: positive, dx: y, ...rows, scale: 0.3 }),
  sumOfSquares: (kernels) => kernels.sumOfSquares({ g: a, count: 2003 }),
  sumRows: (kernels) => kernels.sumRows({ x: a, sums: y, ...rows }),
  swapAxes: (kernels) => kernels.swapAxes({ x: a, y, outer: 2, rows: 9, columns: 13, width: 5 }),
  tokenScale: (kernels) => kernels.tokenScale({ x: a, token: y, rows: 33, k: 77 }),
  tokenShift: (kernels) => kernels.tokenShift({ x: a, scale: b, offset: c, y, ...shift, scratch }),
  tokenShiftScaleGrad: (kernels) => kernels.tokenShiftScaleGrad({ dy: b, x: a, dscale: y, ...shift, scratch }),
  unfold: (kernels) => kernels.unfold({ images: a, rows: y, ...window }),
  xnorGemm: (kernels) => {
    for (const size of products) {
      packed(kernels, size);
      const product = { a: bits, panels, ...size, stride: size.n, alpha: c, bias: d, scratch };
      kernels.xnorGemm({ ...product, y });
      kernels.xnorGemm({ ...product, y: y2, token: positive, residual: e });
    }
  },
  xnorGemmSigns: (kernels) => {
    for (const size of products) {
      packed(kernels, size);
      kernels.xnorGemmSigns({ a: bits, panels, signs: y, ...size, alpha: c, bias: d, scratch });
      kernels.xnorGemmSigns({ a: bits, panels, signs: y2, ...size, alpha: c, bias: d, token: positive, scratch });
    }
  },
};

/** One compiled form of the kernels on a memory of its own, for `firstDifference`. */
export function testBench(module: WebAssembly.Module, wide: boolean): (name: string) => Uint8Array | undefined {
  const memory = new WebAssembly.Memory({ initial: pages });
  const functions = new WebAssembly.Instance(module, { env: { memory } }).exports as Positional;
  const kernels = nameKernels(functions);
  kernels.setWide({ on: wide });
  const values = new Float32Array(memory.buffer, a, (inputs * placeBytes) / 4);
  const written = new Uint8Array(memory.buffer, y, results * placeBytes);
  const at = (pointer: number): number => (pointer - a) / 4;
  let bits = 1;
  for (let i = 0; i < values.length; i++) {
    bits = (Math.imul(bits, 1_664_525) + 1_013_904_223) | 0; // nothing that repeats; sines take far longer
    values[i] = (3 * bits) / 2 ** 31;
  }
  for (let i = at(positive); i < values.length; i++) values[i] = Math.abs(values[i]) / 3;
  for (let i = 0; i < 33; i++) values[at(e) + i] = i % 10; // classes
  return (name) => {
    if (!(name in functions)) return undefined;
    written.fill(0);
    selfTests[name](kernels);
    return written;
  };
}

/**
 * Runs every kernel in two compiled forms.
 *
 * @returns the first one whose results are not the same bits, or undefined
 */
export function firstDifference(
  plain: (name: string) => Uint8Array | undefined,
  fused: (name: string) => Uint8Array | undefined,
): string | undefined {
  return Object.keys(selfTests).find((name) => {
    const [expected, got] = [plain(name), fused(name)];
    return expected && got && Buffer.compare(expected, got) !== 0;
  });
}
