import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import { lengthsOf } from "../ops/lengths";
import type { Binarizer } from "./binarizer";
import type { Own } from "./quantizer";
import { weightQuantizerOf } from "./registry";
import { sign } from "./sign";

/**
 * A binarized weight matrix with its coefficient, W ≈ α · sign(V); gradients as its quantizer has them.
 *
 * @param weight - latent weights W; shape [I, O]
 * @param binarizer - its choice for weights is used
 * @param own - what the quantizer learns, e.g. `{ scale }` of shape [1, O]
 * @param progress - how much of the training is over, 0 … 1
 * @returns α · sign(V); shape [I, O]
 * @throws ConfigError if weights are not binarized, or a parameter of the quantizer is missing
 * @throws TrainingError if the weights are no matrix; a convolution's kernel is one once it is flattened to [p·p·c, D]
 */
export function binarizeWeight(
  weight: tf.Tensor,
  { weight: choice }: Pick<Binarizer, "weight">,
  own: Own = {},
  progress = 1,
): tf.Tensor {
  if (choice === "off") throw new ConfigError("This binarizer leaves weights as they are. Use one that does not.");
  const quantizer = weightQuantizerOf(choice);
  const { I: inputs, O: outputs } = lengthsOf("binarizeWeight: weight", weight, "I O");
  const site = { role: "weight", inputs, outputs, tokens: 1, neverNegative: false } as const;
  const missing = Object.keys(quantizer.parameters?.(site, choice) ?? {}).find((name) => !own[name]);
  if (missing) throw new ConfigError(`Quantizer "${choice.quantizer}" needs its parameter: pass \`{ ${missing} }\`.`);
  return tf.tidy(() => {
    const { latent, slope, factor } = quantizer.quantize(weight, own, { settings: choice, site, progress });
    const signs = sign(latent, slope, { progress });
    return factor ? tf.mul(signs, factor) : signs;
  });
}
