import { Random } from "../base/random";
import { Arena } from "../deploy/arena";
import { instantiateKernels, type Pointer, signWords } from "../kernels/module";
import { readKernels } from "../kernels/read";

/** Sizes of a product: A [m, k] times B [k, n]. */
export interface GemmSize {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** The products of signs with floats too. */
  readonly signsByFloats?: boolean;
}

/** @returns standard normal numbers */
export function normals(random: Random, count: number): Float32Array {
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = random.normal();
  return numbers;
}

/**
 * Our products on a memory of their own. What a layer would do once for its weights, packing and interleaving their
 * signs, is done here; packing the signs of the activations belongs to each product.
 *
 * | name                  | computes                                   | shape  |
 * |-----------------------|--------------------------------------------|--------|
 * | `xnor`                | (sign(A) · sign(B)) · α + bias             | [m, n] |
 * | `float`               | A · B                                      | [m, n] |
 * | `float by signs`      | A · sign(B), B stored transposed           | [m, n] |
 * | `float, B transposed` | A · B, B stored transposed                 | [m, n] |
 * | `signs by float`      | sign(A)ᵀ · G, packing of A included        | [k, n] |
 * | `float, A transposed` | Aᵀ · G                                     | [k, n] |
 *
 * @param size - sizes; the last four are left out without `signsByFloats`
 * @param a - shape [m, k]
 * @param b - shape [k, n]
 * @returns the products by name, each giving a view of its result, and α, bias and G, which is empty where nothing reads it
 */
export function ownProducts({ m, k, n, signsByFloats }: GemmSize, a: Float32Array, b: Float32Array) {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const kernels = instantiateKernels(readKernels(), memory);
  const arena = new Arena();
  const floats = (count: number) => arena.reserve(4 * count, "product");
  const signs = (rows: number, columns: number) => arena.reserve(4 * rows * signWords(columns), "signs");
  const [x, w, wRows, y, g, dw] = [m * k, k * n, n * k, m * n, m * n, k * n].map(floats);
  const [alpha, bias] = [floats(n), floats(n)];
  const [xSigns, wSigns] = [signs(m, k), signs(n, k)];
  const panels = arena.reserve(kernels.panelBytes({ n, k }), "panels");
  const scratches = [
    kernels.xnorGemmScratch(),
    kernels.gemmScratch({ n, k: Math.max(m, k) }),
    kernels.floatBySignsScratch({ n, k }),
    kernels.signsByFloatScratch({ m, inputs: k }),
  ];
  const scratch = arena.reserve(Math.max(...scratches), "scratch");
  arena.grow(memory);
  const view = (at: Pointer, count: number) => new Float32Array(memory.buffer, at, count);
  const random = new Random(m, k, n);
  const factors = {
    alpha: normals(random, n).map(Math.abs),
    bias: normals(random, n),
    gradient: normals(random, signsByFloats ? m * n : 0),
  };
  view(x, m * k).set(a);
  view(w, k * n).set(b);
  const rows = view(wRows, n * k);
  for (let j = 0; j < n; j++) for (let s = 0; s < k; s++) rows[j * k + s] = b[s * n + j];
  view(alpha, n).set(factors.alpha);
  view(bias, n).set(factors.bias);
  view(g, m * n).set(factors.gradient);
  kernels.packSigns({ x: wRows, signs: wSigns, rows: n, k });
  kernels.interleaveSigns({ signs: wSigns, panels, n, k });
  const to = (at: Pointer, count: number, run: () => void) => () => {
    run();
    return view(at, count);
  };
  const products = {
    xnor: to(y, m * n, () => {
      kernels.packSigns({ x, signs: xSigns, rows: m, k });
      kernels.xnorGemm({ a: xSigns, panels, y, m, n, k, stride: n, alpha, bias, scratch });
    }),
    float: to(y, m * n, () => kernels.gemm({ a: x, b: w, c: y, batch: 1, m, n, k, scratch })),
  };
  const mixed = {
    "float by signs": to(y, m * n, () => kernels.floatBySigns({ f: x, signs: wSigns, y, m, n, k, scratch })),
    "float, B transposed": to(y, m * n, () =>
      kernels.gemm({ a: x, b: wRows, c: y, batch: 1, m, n, k, transposeB: true, scratch }),
    ),
    "signs by float": to(dw, k * n, () => kernels.signsByFloat({ x, dy: g, g: dw, m, inputs: k, outputs: n, scratch })),
    "float, A transposed": to(dw, k * n, () =>
      kernels.gemm({ a: x, b: g, c: dw, batch: 1, m: k, n, k: m, transposeA: true, scratch }),
    ),
  };
  return {
    products: (signsByFloats ? { ...products, ...mixed } : products) as Record<string, () => Float32Array>,
    factors,
  };
}
