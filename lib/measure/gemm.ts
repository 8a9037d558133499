import * as tf from "@tensorflow/tfjs";
import { Random } from "../base/random";
import { onnxMatMul } from "../onnx/matmul";
import { type GemmSize, normals, ownProducts } from "./gemm-products";
import { interleave, type OnProgress, type Pace, type Timer, timed } from "./interleave";
import { kernelSwitch } from "./kernel-switch";
import type { Peers } from "./peers";
import { pyTorchTimer } from "./pytorch";
import { type BenchRow, compare } from "./row";
import { workingTimers } from "./working-timers";

/** The qkv layer of `cifar-s` on 64 images, and a large MLP layer of ViT-Base proportions. */
const gemmSizes: readonly GemmSize[] = [
  { m: 4160, k: 128, n: 384, signsByFloats: true },
  { m: 4096, k: 768, n: 3072 },
];

/**
 * Matrix products: signs by signs and signs by floats against float products.
 *
 * @param options - sizes, rounds, the peers that are there, progress, pace
 * @returns throughput with 2 operations a multiply-accumulate
 */
export async function benchGemm(
  options: Peers & {
    readonly sizes?: readonly GemmSize[];
    readonly rounds: number;
    readonly onProgress?: OnProgress;
    readonly pace?: Pace;
  },
): Promise<BenchRow[]> {
  const { sizes = gemmSizes, rounds, onProgress, pace, ...peers } = options;
  const { onnx, pyTorch, jaxJs } = peers;
  const switchKernels = await kernelSwitch();
  const rows: BenchRow[] = [];
  for (const size of sizes) {
    const { m, k, n } = size;
    const name = `${m}x${k}x${n}`;
    const [a, b] = [normals(new Random(m, k), m * k), normals(new Random(k, n), k * n)];
    const { products } = ownProducts(size, a, b);
    const [left, right] = [tf.tensor2d(a, [m, k]), tf.tensor2d(b, [k, n])];
    const bound = await onnx?.(onnxMatMul({ shape: [k, n], data: b }), { name: "A", shape: [m, k], data: a }, "C");
    const product = { task: "product", m, k, n } as const;
    const others: Record<string, Timer> = {
      ...(pyTorch && { pytorch: pyTorchTimer(pyTorch, product) }),
      ...(jaxJs && { "jax-js": (repeats) => jaxJs.time(product, repeats) }),
    };
    const variants: Record<string, Timer> = {
      ...Object.fromEntries(Object.entries(products).map(([product, run]) => [product, timed(run)])),
      "stock-wasm": timed(
        () => tf.dispose(tf.matMul(left, right)),
        () => switchKernels(false),
      ),
      ...(bound && { onnxruntime: timed(() => bound.run()) }),
      ...(await workingTimers(others, peers.absent)),
    };
    const progress: OnProgress = (what, share) => onProgress?.(`gemm ${name}: ${what}`, share);
    const seconds = await interleave(variants, rounds, progress, pace);
    const floats = {
      onnxruntime: "onnxruntime",
      pytorch: "pytorch",
      "jax-js": "jax-js",
      "stock-wasm": "stock-wasm",
    };
    for (const comparison of [
      { case: name, ours: "xnor", peers: { ...floats, "own-float": "float" } },
      { case: `${name}/float`, ours: "float", peers: floats },
      { case: `${name}/signs-float`, ours: "float by signs", peers: { "own-float": "float, B transposed" } },
      { case: `${name}/signs-float-transposed`, ours: "signs by float", peers: { "own-float": "float, A transposed" } },
    ]) {
      if (seconds[comparison.ours]) rows.push(...compare("gemm", "Gop/s", (2 * m * k * n) / 1e9, seconds, comparison));
    }
    tf.dispose([left, right]);
    await bound?.release();
  }
  switchKernels(true);
  return rows;
}
