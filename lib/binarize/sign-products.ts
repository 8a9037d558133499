import * as tf from "@tensorflow/tfjs";
import { hasSignKernels, kernels, type SignProductOptions } from "../backend/kernels";
import { timesSlope } from "./sign";
import type { Slope } from "./slope";

/** How a product reads its input. */
export interface InputReading {
  /** Whether it reads signs. */
  readonly binary: boolean;
  /** What the derivative of sign is taken to be. */
  readonly slope: Slope;
  readonly progress: number;
}

/** The three products of a binarized layer; a(x) is sign(x) or x. */
export interface SignProducts {
  /** (a(x) · signs) · alpha · token + bias */
  forward(x: tf.Tensor, signs: tf.Tensor, options: SignProductOptions): tf.Tensor;
  /** (dy · alpha) · signsᵀ · token, times the pseudo-gradient of a at x */
  inputGrad(dy: tf.Tensor, signs: tf.Tensor, x: tf.Tensor, options: SignProductOptions): tf.Tensor;
  /** a(x)ᵀ · (dy · token) */
  weightGrad(x: tf.Tensor, dy: tf.Tensor, token?: tf.Tensor): tf.Tensor;
}

/** @returns the products on signs as bits where there are kernels for them, else their simulation in floats */
export const signProducts = (reading: InputReading): SignProducts =>
  (hasSignKernels() ? bitProducts : floatProducts)(reading);

// A slope that the kernels do not know multiplies what they give for the identity: the product itself stays on bits.
const bitProducts = ({ binary, slope, progress }: InputReading): SignProducts => ({
  forward: (x, signs, options) => (binary ? kernels.signLinear : kernels.floatBySigns)(x, signs, options),
  inputGrad(dy, signs, x, options) {
    if (!binary) return kernels.floatBySignsGrad(dy, signs, options);
    if (slope.kernel) return kernels.signLinearInputGrad(dy, signs, x, options, slope.kernel);
    return tf.mul(kernels.signLinearInputGrad(dy, signs, x, options, "identity"), slope.at(x, progress));
  },
  weightGrad: binary ? kernels.signLinearWeightGrad : floatWeightGrad,
});

/** Products of ±1 matrices, in the order of roundings of the bit kernels: in W1A1 they give the same numbers. */
const floatProducts = ({ binary, slope, progress }: InputReading): SignProducts => ({
  forward(x, signs, { alpha, token, bias }) {
    const product = kernels.gemm(rows(binary ? kernels.sign(x) : x), signs);
    let y: tf.Tensor = tf.mul(tf.reshape(product, [...x.shape.slice(0, -1), signs.shape[1] as number]), alpha);
    if (token) y = tf.mul(y, token);
    return bias ? kernels.add(y, bias) : y;
  },
  inputGrad(dy, signs, x, { alpha, token }) {
    const product = kernels.gemm(rows(tf.mul(dy, alpha)), signs, { transposeB: true });
    const dx = tf.reshape(product, x.shape);
    const scaled = token ? tf.mul(dx, token) : dx;
    return binary ? timesSlope(scaled, x, slope, progress) : scaled;
  },
  weightGrad: (x, dy, token) => floatWeightGrad(binary ? kernels.sign(x) : x, dy, token),
});

function floatWeightGrad(x: tf.Tensor, dy: tf.Tensor, token?: tf.Tensor): tf.Tensor {
  return kernels.gemm(rows(x), rows(token ? tf.mul(dy, token) : dy), { transposeA: true });
}

const rows = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [-1, x.shape[x.shape.length - 1] as number]);
