/** The 1-bit kernels of inference without SIMD, on 32-bit words; layouts are those of `assembly/pack-signs.ts`. */

import { type InferenceKernels, signWords } from "./module";
import { laneSum } from "./scalar-float";

const fround = Math.fround;

/** The number of ones in a word: sums of 2, 4, 8 bits side by side, then of all bytes by one multiplication. */
export function popcount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

type BitKernels = Pick<
  InferenceKernels,
  | "packSigns"
  | "interleaveSigns"
  | "panelBytes"
  | "xnorGemm"
  | "xnorGemmScratch"
  | "xnorGemmSigns"
  | "tokenScale"
  | "floatBySigns"
  | "floatBySignsScratch"
>;

/** @param memory - where all pointers point; views are made in every call, since they die when it grows */
export function scalarBitKernels(memory: WebAssembly.Memory): BitKernels {
  const floats = () => new Float32Array(memory.buffer);
  const words = () => new Uint32Array(memory.buffer);
  return {
    packSigns({ x, signs, rows, k, thresholds = 0 }) {
      const [f, w, to] = [floats(), words(), { signs: signs >>> 2, width: signWords(k) }];
      let odd = 0;
      for (let row = 0; row < rows; row++) {
        const at = { from: (x >>> 2) + row * k, step: 1, thresholds: thresholds >>> 2, count: k };
        odd |= packLine(f, w, at, to.signs + row * to.width);
      }
      return odd;
    },

    interleaveSigns({ signs, panels, n, k }) {
      const [w, width] = [words(), signWords(k)];
      for (let first = 0, to = panels >>> 2; first < n; first += 8) {
        for (let word = 0; word < width; word++) {
          for (let row = first; row < first + 8; row++) w[to++] = row < n ? w[(signs >>> 2) + row * width + word] : 0;
        }
      }
    },

    panelBytes: ({ n, k }) => 4 * ((n + 7) & ~7) * signWords(k),

    xnorGemm({ a, panels, y, m, n, k, stride, alpha = 0, token = 0, bias = 0, residual = 0 }) {
      const [f, finish] = [floats(), finisher(floats(), alpha, token, bias)];
      multiplySigns(words(), a, panels, m, n, k, (i, j, sum) => {
        const [value, at] = [finish(i, j, sum), i * stride + j];
        f[(y >>> 2) + at] = residual ? f[(residual >>> 2) + at] + value : value;
      });
    },

    xnorGemmSigns({ a, panels, signs, m, n, k, alpha = 0, token = 0, bias = 0, thresholds = 0 }) {
      const [f, w, finish] = [floats(), words(), finisher(floats(), alpha, token, bias)];
      const [to, width] = [signs >>> 2, signWords(n)];
      w.fill(0, to, to + m * width);
      multiplySigns(w, a, panels, m, n, k, (i, j, sum) => {
        if (finish(i, j, sum) < (thresholds ? f[(thresholds >>> 2) + j] : 0))
          w[to + i * width + (j >>> 5)] |= 1 << (j & 31);
      });
    },

    xnorGemmScratch: () => 0,

    tokenScale({ x, token, rows, k }) {
      const f = floats();
      for (let row = 0; row < rows; row++) {
        const from = (x >>> 2) + row * k;
        f[(token >>> 2) + row] = laneSum(k, (i) => Math.abs(f[from + i])) / k;
      }
    },

    floatBySigns({ f: x, signs, y, m, n, k, inScale = 0, alpha = 0, token = 0, bias = 0, residual = 0, scratch }) {
      const [f, w, finish] = [floats(), words(), finisher(floats(), alpha, token, bias)];
      const [row, width] = [scratch >>> 2, signWords(k)];
      for (let i = 0; i < m; i++) {
        for (let s = 0; s < k; s++) {
          const value = f[(x >>> 2) + i * k + s];
          f[row + s] = inScale ? value * f[(inScale >>> 2) + s] : value;
        }
        f.fill(0, row + k, row + ((k + 3) & ~3));
        for (let j = 0; j < n; j++) {
          const [value, at] = [finish(i, j, signedSum(f, row, w, (signs >>> 2) + j * width, k)), i * n + j];
          f[(y >>> 2) + at] = residual ? f[(residual >>> 2) + at] + value : value;
        }
      }
    },

    floatBySignsScratch: ({ k }) => 4 * k + 12, // whole groups of four
  };
}

/** Floats that become one row of signs: `step` apart, each against its own threshold, `thresholdStep` apart, or 0. */
export interface SignLine {
  readonly from: number;
  readonly step: number;
  readonly count: number;
  /** 0 for none. */
  readonly thresholds: number;
  /** 0 where one serves all; 1 if left out. */
  readonly thresholdStep?: number;
}

/** @returns 1 if there was a NaN */
export function packLine(f: Float32Array, w: Uint32Array, line: SignLine, to: number): number {
  const { from, step, count, thresholds, thresholdStep = 1 } = line;
  let odd = 0;
  for (let first = 0; first < count; first += 32) {
    let word = 0;
    for (let bit = 0; bit < Math.min(32, count - first); bit++) {
      const value = f[from + (first + bit) * step];
      const threshold = thresholds ? f[thresholds + (first + bit) * thresholdStep] : 0;
      if (value < threshold) word |= 1 << bit;
      else if (Number.isNaN(value) || Number.isNaN(threshold)) odd = 1;
    }
    w[to++] = word;
  }
  return odd;
}

/** sum · alpha[j] · token[i] + bias[j], each step rounded; null pointers stand for 1, 1, 0. */
function finisher(f: Float32Array, alpha: number, token: number, bias: number) {
  return (i: number, j: number, sum: number): number => {
    let value = sum;
    if (alpha) value = fround(value * f[(alpha >>> 2) + j]);
    if (token) value = fround(value * f[(token >>> 2) + i]);
    return fround(value + (bias ? f[(bias >>> 2) + j] : 0));
  };
}

/** Σ ± f in the order of `assembly/sign-tables.ts`: groups (±f0 ± f1) + (±f2 ± f3), added in pairs. */
function signedSum(f: Float32Array, row: number, w: Uint32Array, line: number, k: number): number {
  const group = (s: number) => {
    const bits = w[line + (s >>> 5)] >>> (s & 31);
    const at = row + s;
    const first = fround((bits & 1 ? -f[at] : f[at]) + (bits & 2 ? -f[at + 1] : f[at + 1]));
    const second = fround((bits & 4 ? -f[at + 2] : f[at + 2]) + (bits & 8 ? -f[at + 3] : f[at + 3]));
    return fround(first + second);
  };
  let sum = 0;
  for (let s = 0; s < k; s += 8) sum = fround(sum + (s + 4 < k ? fround(group(s) + group(s + 4)) : group(s)));
  return sum;
}

/** Hands every k − 2 popcount(a XOR b), exact, to `store`. */
function multiplySigns(
  w: Uint32Array,
  a: number,
  panels: number,
  m: number,
  n: number,
  k: number,
  store: (i: number, j: number, sum: number) => void,
): void {
  const width = signWords(k);
  for (let i = 0; i < m; i++) {
    const from = (a >>> 2) + i * width;
    for (let j = 0; j < n; j++) {
      const line = (panels >>> 2) + (j & ~7) * width + (j & 7);
      let different = 0;
      for (let word = 0; word < width; word++) different += popcount(w[from + word] ^ w[line + 8 * word]);
      store(i, j, k - 2 * different);
    }
  }
}
