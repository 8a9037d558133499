import * as tf from "@tensorflow/tfjs";
import { kernels, type WeightGradOptions } from "../backend/kernels";
import type { KernelBinarizer } from "./kernel-binarizer";
import { signProducts } from "./sign-products";

/** Of `binaryLinear`: shapes [I, O], [O], and [1, O] or [1, 1]. */
interface FusedParameters {
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
  readonly scale?: tf.Tensor;
}

/**
 * `binaryLinear` on the kernels, forward and backward, with the gradients of its plain form:
 *
 * dx = (dy · α · β) · sign(V)ᵀ · ste(x), G = a(x)ᵀ · (dy · β), dV and dα from G as for `signsAndFactor`, dbias = Σ dy
 *
 * Only for forms that the kernels know, where `hasKernels()`.
 */
export function fusedBinaryLinear(x: tf.Tensor, parameters: FusedParameters, binarizer: KernelBinarizer): tf.Tensor {
  const { weight, bias, scale } = parameters;
  const options: WeightGradOptions = {
    scale: binarizer.scale,
    center: binarizer.center,
    ste: binarizer.weightSte,
    scaleGradient: binarizer.scaleGradient,
  };
  const products = signProducts(binarizer);
  const run = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const [input, latent, shift] = args as tf.Tensor[];
    const [signs, alpha] = kernels.binarizeWeight(latent, options, args[3] as tf.Tensor | undefined);
    const token = binarizer.activationScale === "token" ? kernels.tokenScale(input) : undefined;
    save(token ? [input, latent, signs, alpha, token] : [input, latent, signs, alpha]);
    return { value: products.forward(input, signs, { alpha, token, bias: shift }), gradFunc };
  }) as (...inputs: tf.Tensor[]) => tf.Tensor;

  function gradFunc(dy: tf.Tensor, [input, latent, signs, alpha, token]: tf.Tensor[]): tf.Tensor[] {
    const dx = products.inputGrad(dy, signs, input, { alpha, token });
    const g = products.weightGrad(input, dy, token);
    const [dWeight, dScale] = kernels.binarizeWeightGrad(g, latent, alpha, options);
    const gradients = [dx, dWeight, kernels.sumRows(dy)];
    return scale ? [...gradients, tf.reshape(dScale, scale.shape)] : gradients;
  }

  return scale ? run(x, weight, bias, scale) : run(x, weight, bias);
}
