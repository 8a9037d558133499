import * as tf from "@tensorflow/tfjs";
import { ConfigError, unknownForm } from "../base/errors";
import { abs } from "../ops/abs";
import type { ScaleForm } from "./binarizer";

/**
 * The floating-point coefficient α of a binarized weight.
 *
 * | form             | α                                                    | shape  |
 * |------------------|------------------------------------------------------|--------|
 * | `tensor`         | mean of abs(V) over everything                       | [1, 1] |
 * | `channel`        | mean of abs(V) over the inputs, per output           | [1, O] |
 * | `learned`        | a parameter per output, started at the channel mean  | [1, O] |
 * | `learned-tensor` | one parameter, started at the tensor mean            | [1, 1] |
 *
 * The mean is the closed-form minimizer of ‖V − α sign(V)‖², since sign(V) · V = abs(V) and sign(V)² = 1.
 *
 * @param latent - V; shape [I, O]
 * @param form - every form but `none`, whose α is 1
 * @param learned - the parameter; shape [1, O] or [1, 1]
 * @returns α; shape [1, O] or [1, 1]
 * @throws ConfigError if a learned form comes without its parameter, or the form is unknown
 *
 * Reference: Rastegari et al., *XNOR-Net*, 2016, eq. 6; learned: Bulat and Tzimiropoulos, *XNOR-Net++*, 2019.
 */
export function scaleFactor(latent: tf.Tensor, form: ScaleForm, learned?: tf.Tensor): tf.Tensor {
  switch (form) {
    case "none":
      return tf.ones([1, 1]);
    case "tensor":
      return tf.reshape(tf.mean(abs(latent)), [1, 1]);
    case "channel":
      return tf.mean(abs(latent), 0, true);
    case "learned":
    case "learned-tensor":
      if (!learned) throw new ConfigError(`Scale form "${form}" needs its parameter: pass the tensor \`learned\`.`);
      return learned;
    default:
      return unknownForm("scaleFactor", "scale form", form);
  }
}
