import { readKernels } from "./read";
import { createXnorGemm, type SignMatrix, type XnorGemm, type XnorOptions } from "./sign-matrix";

let shared: XnorGemm | undefined;

/**
 * The product of two matrices of signs, by the kit's kernels as they are installed; in a browser see `createXnorGemm`.
 *
 * y_ij = (k − 2 popcount(a_i XOR b_j)) · α_j · β_i + bias_j
 *
 * @param a - shape [m, k]
 * @param b - shape [n, k]
 * @param options - α [n], β [m] and bias [n], each left out where it is not given
 * @returns shape [m, n]; exact integers without options
 * @throws BinvitError if sizes do not fit, padding is not 0 or the product is too large; FileError if the kernels have
 * not been built
 */
export function xnorGemm(a: SignMatrix, b: SignMatrix, options?: XnorOptions): Float32Array {
  shared ??= createXnorGemm(readKernels());
  return shared(a, b, options);
}
