/** The 1-bit kernels in plain TypeScript, on signs that are not packed: products of signs as sums of integers. */

import { type Floats, make, sign, sum } from "./reference";

/** A · Bᵀ of the signs of a [m, k] and b [n, k]: integers */
export function signProduct(a: Floats, b: Floats, [m, n, k]: readonly [number, number, number]): Float64Array {
  const [signsA, signsB] = [sign(a), sign(b)];
  return make(m * n, (at) => {
    const [ofA, ofB] = [Math.floor(at / n) * k, (at % n) * k];
    return sum(k, (s) => signsA[ofA + s] * signsB[ofB + s]);
  });
}

/** Mean |x| of each row of x [rows, k] */
export const tokenScale = (x: Floats, k: number): Float64Array =>
  make(x.length / k, (i) => sum(k, (s) => Math.abs(x[i * k + s])) / k);

/** f [m, k] times the signs of b [n, k], each f[i, s] times inScale[s] first */
export function floatBySigns(
  f: Floats,
  b: Floats,
  [m, n, k]: readonly [number, number, number],
  inScale?: Floats,
): Float64Array {
  const signs = sign(b);
  return make(m * n, (at) => {
    const [ofF, ofB] = [Math.floor(at / n) * k, (at % n) * k];
    return sum(k, (s) => f[ofF + s] * (inScale ? inScale[s] : 1) * signs[ofB + s]);
  });
}

/** How a product of signs becomes a layer's result. */
export interface Finish {
  readonly alpha?: Floats;
  readonly token?: Floats;
  readonly bias?: Floats;
  readonly residual?: Floats;
}

/** residual + (product · alpha · token + bias), product [m, n] */
export const finish = (product: Floats, n: number, { alpha, token, bias, residual }: Finish): Float64Array =>
  make(product.length, (at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    const scaled = product[at] * (alpha ? alpha[j] : 1) * (token ? token[i] : 1);
    return (residual ? residual[at] : 0) + scaled + (bias ? bias[j] : 0);
  });
