import type { InferenceKernels } from "./module";
import { scalarAttentionBits } from "./scalar-attention-bits";
import { scalarBitKernels } from "./scalar-bits";
import { geluOf, layerNormRows, multiply, powersOfRows, type Strides, scaleRows } from "./scalar-float";
import { scalarTokenShift } from "./scalar-token-shift";

/**
 * The kernels of inference in plain TypeScript: the second of three tiers, between the float64 loops of `reference.ts`
 * and the SIMD forms of `assembly/`, which documents what each computes. It runs where WebAssembly has no SIMD.
 *
 * @param memory - where all pointers point
 */
export function scalarKernels(memory: WebAssembly.Memory): InferenceKernels {
  const floats = () => new Float32Array(memory.buffer); // made in every call: views die when the memory grows
  return {
    ...scalarBitKernels(memory),
    ...scalarAttentionBits(memory),
    ...scalarTokenShift(memory),

    add({ a, b, y, rows, width }) {
      const f = floats();
      for (let row = 0; row < rows; row++) {
        const at = row * width;
        for (let i = 0; i < width; i++) f[(y >>> 2) + at + i] = f[(a >>> 2) + at + i] + f[(b >>> 2) + i];
      }
    },

    attention({ qkv, out, probs, batch, tokens, width, heads, queries, scratch }) {
      const f = floats();
      const [dim, row] = [width / heads, 3 * width];
      const [shares, work] = [scratch >>> 2, (scratch >>> 2) + tokens];
      const spare = work + Math.max(tokens, dim);
      const scale = Math.fround(1 / Math.fround(Math.sqrt(dim)));
      for (let image = 0; image < batch; image++) {
        for (let head = 0; head < heads; head++) {
          const q = (qkv >>> 2) + image * tokens * row + head * dim;
          const [k, v] = [q + width, q + 2 * width];
          const p = probs ? (probs >>> 2) + (image * heads + head) * queries * tokens : spare;
          const to = (out >>> 2) + image * queries * width + head * dim;
          multiply(f, [q, [row, 1]], [k, [1, row]], [p, tokens], [queries, tokens, dim], undefined, work);
          powersOfRows(f, [p, shares], queries, tokens, scale);
          multiply(f, [p, [tokens, 1]], [v, [row, 1]], [to, width], [queries, dim, tokens], undefined, work);
          scaleRows(f, [to, shares], queries, dim, width);
          scaleRows(f, [p, shares], queries, tokens, tokens);
        }
      }
    },

    attentionScratch: ({ tokens, width, heads }) => 4 * (tokens + Math.max(tokens, width / heads) + tokens ** 2),

    gelu({ x, y, count }) {
      const f = floats();
      for (let i = 0; i < count; i++) f[(y >>> 2) + i] = geluOf(f[(x >>> 2) + i]);
    },

    gemm({ a, b, bias = 0, c, batch, m, n, k, transposeA, transposeB, scratch }) {
      const f = floats();
      const aStrides: Strides = transposeA ? [1, m] : [k, 1];
      const bStrides: Strides = transposeB ? [1, k] : [n, 1];
      for (let i = 0; i < batch; i++) {
        const left = [(a >>> 2) + i * m * k, aStrides] as const;
        const right = [(b >>> 2) + i * k * n, bStrides] as const;
        const to = [(c >>> 2) + i * m * n, n] as const;
        multiply(f, left, right, to, [m, n, k], bias ? bias >>> 2 : undefined, scratch >>> 2);
      }
    },

    gemmScratch: ({ n }) => 4 * n,

    patchify({ images, patches, batch, size, patch, channels }) {
      const [f, line, row] = [floats(), patch * channels, size * channels];
      let [to, odd] = [patches >>> 2, 0];
      for (let band = 0; band < (batch * size) / patch; band++) {
        for (let left = 0; left < row; left += line) {
          for (let y = 0; y < patch; y++) {
            const from = (images >>> 2) + (band * patch + y) * row + left;
            for (let i = 0; i < line; i++) {
              const value = f[from + i];
              if (!Number.isFinite(value)) odd = 1;
              f[to++] = value;
            }
          }
        }
      }
      return odd;
    },

    unfold({ images, rows, batch, size, channels, kernel, stride, padding }) {
      const [f, out, square] = [floats(), Math.floor((size + 2 * padding - kernel) / stride) + 1, size * size];
      let [to, odd] = [rows >>> 2, 0];
      for (let window = 0; window < batch * out * out; window++) {
        const [image, y, x] = [Math.floor(window / (out * out)), Math.floor(window / out) % out, window % out];
        for (let part = 0; part < kernel * kernel; part++) {
          const line = y * stride - padding + Math.floor(part / kernel);
          const column = x * stride - padding + (part % kernel);
          const inside = line >= 0 && line < size && column >= 0 && column < size;
          const from = (images >>> 2) + (image * square + line * size + column) * channels;
          for (let c = 0; c < channels; c++) {
            const value = inside ? f[from + c] : 0;
            if (!Number.isFinite(value)) odd = 1;
            f[to++] = value;
          }
        }
      }
      return odd;
    },

    knee({ x, knee, slope, offset, y, rows, width }) {
      const f = floats();
      for (let i = 0; i < rows * width; i++) {
        const c = i % width;
        const off = Math.fround(f[(x >>> 2) + i] - f[(knee >>> 2) + c]);
        const line = off > 0 ? off : Math.fround(off * f[(slope >>> 2) + c]);
        f[(y >>> 2) + i] = line + f[(offset >>> 2) + c];
      }
    },

    layerNorm({ x, gamma, beta, y, mean, inverse, rows, width, epsilon }) {
      const places = [x, gamma, beta, y, mean, inverse].map((pointer) => pointer >>> 2);
      layerNormRows(floats(), places, rows, width, epsilon);
    },
  };
}
