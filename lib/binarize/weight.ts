import * as tf from "@tensorflow/tfjs";
import { isKernelScale, isKernelSte } from "../backend/kernel-codes";
import { hasKernels, kernels, type WeightGradOptions } from "../backend/kernels";
import { ConfigError } from "../errors";
import { stopGradient } from "../ops/stop-gradient";
import type { Binarizer } from "./binarizer";
import { isLearned, scaleFactor } from "./scale";
import { sign } from "./sign";

/**
 * A binarized weight matrix with its coefficient.
 *
 * W ≈ α · sign(V), V = W, or W − mean(W) over the input axis where `center` is set
 *
 * Pseudo-gradient: dV = α · G · ste(V) + dα/dV, where dα = Σ G · sign(V) flows on through α = mean abs(V) under the
 * `product` rule, stops under `detached`, and belongs to the parameter where α is learned.
 *
 * I: inputs, O: outputs
 *
 * @param weight - latent weights W; shape [I, O]
 * @param binarizer - its weight fields are used
 * @param scale - learned α; shape [1, O] or [1, 1], needed for the learned forms and for no other
 * @returns α · sign(V); shape [I, O]
 *
 * Reference: Rastegari et al., *XNOR-Net*, 2016, section 3.1.
 */
export function binarizeWeight(weight: tf.Tensor, binarizer: Binarizer, scale?: tf.Tensor): tf.Tensor {
  if (isLearned(binarizer.scale) && !scale) {
    throw new ConfigError(`Scale form "${binarizer.scale}" needs its parameter: pass the tensor \`scale\`.`);
  }
  if (hasKernels() && isKernelScale(binarizer.scale) && isKernelSte(binarizer.weightSte)) {
    const { scale: form, center, weightSte: ste, scaleGradient } = binarizer;
    return fusedBinarizeWeight(weight, { scale: form, center, ste, scaleGradient }, scale);
  }
  const latent = binarizer.center ? tf.sub(weight, tf.mean(weight, 0, true)) : weight;
  const signs = sign(latent, binarizer.weightSte);
  if (binarizer.scale === "none") return signs;
  const factor = scaleFactor(latent, binarizer.scale, scale);
  const constant = binarizer.scaleGradient === "detached" && !isLearned(binarizer.scale);
  return tf.mul(signs, constant ? stopGradient(factor) : factor);
}

function fusedBinarizeWeight(weight: tf.Tensor, options: WeightGradOptions, scale?: tf.Tensor): tf.Tensor {
  const run = tf.customGrad((latent, ...rest) => {
    const save = rest.pop() as unknown as tf.GradSaveFunc;
    const learned = rest[0] as tf.Tensor | undefined;
    const [binarized, factor] = kernels.binarizeWeight(latent as tf.Tensor, options, learned);
    save([latent as tf.Tensor, factor]);
    return {
      value: binarized,
      gradFunc: (dy: tf.Tensor, [savedLatent, savedFactor]: tf.Tensor[]) => {
        const [dWeight, dScale] = kernels.binarizeWeightGrad(dy, savedLatent, savedFactor, options);
        return learned ? [dWeight, tf.reshape(dScale, learned.shape)] : dWeight;
      },
    };
  }) as (...inputs: tf.Tensor[]) => tf.Tensor;
  return scale ? run(weight, scale) : run(weight);
}
