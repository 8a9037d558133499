// INTERIM, by the integrator, so that the layers above can be tested without kernels: the kernels helper overwrites this file.
import type * as tf from "@tensorflow/tfjs";
type T = tf.Tensor;
export function hasKernels(): boolean { return false; }
const no = (): never => { throw new Error("no kernels"); };
export const kernels = {
  gemm: no as unknown as (a: T, b: T, o?: { transposeA?: boolean; transposeB?: boolean; bias?: T }) => T,
  sumRows: no as unknown as (x: T) => T,
  layerNorm: no as unknown as (x: T, g: T, b: T, e: number) => [T, T, T],
  layerNormGrad: no as unknown as (dy: T, x: T, g: T, m: T, r: T) => [T, T, T],
  gelu: no as unknown as (x: T) => T,
  geluGrad: no as unknown as (dy: T, x: T) => T,
  attention: no as unknown as (qkv: T, h: number) => [T, T],
  attentionGrad: no as unknown as (d: T, qkv: T, p: T, h: number) => T,
  add: no as unknown as (a: T, b: T) => T,
  sign: no as unknown as (x: T) => T,
  signGrad: no as unknown as (dy: T, x: T, f: string) => T,
  binarizeWeight: no as unknown as (w: T, o: object, a?: T) => [T, T],
  binarizeWeightGrad: no as unknown as (dy: T, w: T, a: T, o: object) => [T, T],
};
