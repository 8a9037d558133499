import * as tf from "@tensorflow/tfjs";
import { kernels } from "../backend/kernels";
import type { LayerForm } from "./layer-form";
import type { WeightKernel } from "./quantizer";
import { type InputReading, signProducts } from "./sign-products";

/** What the fused layer is made from. */
interface FusedParameters {
  /** W; shape [I, O]. */
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
  /** Learned α. */
  readonly scale?: tf.Tensor;
}

/**
 * A layer whose weights are binarized by the kernels, forward and backward, with the gradients of its plain form:
 *
 * dx = (dy · α · β) · sign(V)ᵀ · slope(x), G = a(x)ᵀ · (dy · β), dV and dα from G as `scaledSign` has it, dbias = Σ dy
 *
 * Only where `hasKernels()`.
 *
 * @param token - whether β is the mean of abs(x) of each row
 */
export function fusedBinaryLinear(
  x: tf.Tensor,
  { weight, bias, scale }: FusedParameters,
  how: WeightKernel,
  reading: InputReading,
  token: boolean,
): tf.Tensor {
  const products = signProducts(reading);
  const run = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const [input, latent, shift] = args as tf.Tensor[];
    const [signs, alpha] = kernels.binarizeWeight(latent, how, args[3] as tf.Tensor | undefined);
    const beta = token ? kernels.tokenScale(input) : undefined;
    save(beta ? [input, latent, signs, alpha, beta] : [input, latent, signs, alpha]);
    return { value: products.forward(input, signs, { alpha, token: beta, bias: shift }), gradFunc };
  }) as (...inputs: tf.Tensor[]) => tf.Tensor;

  function gradFunc(dy: tf.Tensor, [input, latent, signs, alpha, beta]: tf.Tensor[]): tf.Tensor[] {
    const dx = products.inputGrad(dy, signs, input, { alpha, token: beta });
    const g = products.weightGrad(input, dy, beta);
    const [dWeight, dScale] = kernels.binarizeWeightGrad(g, latent, alpha, how);
    const gradients = [dx, dWeight, kernels.sumRows(dy)];
    return scale ? [...gradients, tf.reshape(dScale, scale.shape)] : gradients;
  }

  return scale ? run(x, weight, bias, scale) : run(x, weight, bias);
}

/**
 * The same for signs and coefficients that came about in any other way:
 *
 * dS = G · α, dα = Σ G · S over the inputs, G = a(x)ᵀ · (dy · β)
 *
 * @param x - shape [..., I]
 * @param form - signs S, α or none, and the bias, which may be left out
 * @param token - whether β is the mean of abs(x) of each row
 * @returns shape [..., O]
 */
export function signLinear(
  x: tf.Tensor,
  { matrix, alpha, bias }: Omit<LayerForm, "bias"> & Partial<Pick<LayerForm, "bias">>,
  reading: InputReading,
  token: boolean,
): tf.Tensor {
  const products = signProducts(reading);
  const outputs = matrix.shape[1] as number;
  const factors = alpha ? tf.reshape(tf.mul(alpha, tf.ones([1, outputs])), [outputs]) : tf.ones([outputs]);
  const run = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const [input, signs, scale, shift] = args as (tf.Tensor | undefined)[] as tf.Tensor[];
    const beta = token ? kernels.tokenScale(input) : undefined;
    save(beta ? [input, signs, scale, beta] : [input, signs, scale]);
    return { value: products.forward(input, signs, { alpha: scale, token: beta, bias: shift }), gradFunc };
  }) as (...inputs: tf.Tensor[]) => tf.Tensor;

  function gradFunc(dy: tf.Tensor, [input, signs, scale, beta]: tf.Tensor[]): tf.Tensor[] {
    const dx = products.inputGrad(dy, signs, input, { alpha: scale, token: beta });
    const g = products.weightGrad(input, dy, beta);
    const gradients = [dx, tf.mul(g, scale), tf.sum(tf.mul(g, signs), 0)];
    return bias ? [...gradients, kernels.sumRows(dy)] : gradients;
  }

  return bias ? run(x, matrix, factors, bias) : run(x, matrix, factors);
}
