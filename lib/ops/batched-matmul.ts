import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels } from "../backend/kernels";

/**
 * Products of many small matrices: C = A · B, or A · Bᵀ, with dA = dC · Bᵀ, dB = Aᵀ · dC.
 *
 * Of whole numbers such as signs the sums are exact.
 *
 * @param a - shape [..., M, K]
 * @param b - shape [..., K, N], or [..., N, K] with `transposeB`; the leading axes of a
 * @returns shape [..., M, N]
 */
export function batchedMatMul(a: tf.Tensor, b: tf.Tensor, transposeB = false): tf.Tensor {
  const run = tf.customGrad((x, y, save) => {
    const [left, right] = [x as tf.Tensor, y as tf.Tensor];
    (save as tf.GradSaveFunc)([left, right]);
    const gradFunc = (dy: tf.Tensor, [l, r]: tf.Tensor[]) => [
      product(dy, r, false, !transposeB),
      transposeB ? product(dy, l, true, false) : product(l, dy, true, false),
    ];
    return { value: product(left, right, false, transposeB), gradFunc };
  }) as (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;
  return run(a, b);
}

function product(a: tf.Tensor, b: tf.Tensor, transposeA: boolean, transposeB: boolean): tf.Tensor {
  if (hasKernels()) return kernels.gemm(a, b, { transposeA, transposeB });
  const plain = (x: tf.Tensor, transposed: boolean) => (transposed ? tf.transpose(x, lastTwoSwapped(x.rank)) : x);
  return tf.matMul(plain(a, transposeA), plain(b, transposeB));
}

const lastTwoSwapped = (rank: number): number[] => [...Array(rank - 2).keys(), rank - 1, rank - 2];
