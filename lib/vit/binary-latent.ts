import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors";
import { ownOf } from "../binarize/layer-form";
import type { BinaryLatent } from "../binarize/quantizer";
import { weightQuantizerOf } from "../binarize/registry";
import type { ParameterArrays } from "./parameters";
import type { LinearPlace } from "./places";

/** @returns whether only a binarized form of the layer's weight is used */
export const isBinarized = ({ binarizer }: LinearPlace): boolean => binarizer !== "off" && binarizer.weight !== "off";

/**
 * What the forward pass makes of a binarized weight: W ≈ α · sign(V).
 *
 * @param place - a layer whose weight is binarized
 * @param parameters - of the whole model
 * @param progress - how much of the training is over, 0 … 1
 * @returns V of shape [I, O], its slope, and α; the caller disposes them
 * @throws ConfigError if its weight stays float
 */
export function binaryLatent(place: LinearPlace, parameters: ParameterArrays, progress = 1): BinaryLatent {
  const { weight, binarizer, name, inputs, outputs, site } = place;
  if (binarizer === "off" || binarizer.weight === "off")
    throw new ConfigError(`The weights of ${name} stay float. Ask for a layer that binarizes them.`);
  const { quantizer, ...settings } = binarizer.weight;
  const own = Object.fromEntries(
    place.parameters
      .filter(({ start }) => "own" in start)
      .map((parameter) => [parameter.name.slice(name.length + 1), toTensor(parameters[parameter.name])]),
  );
  const latent = tf.tensor(parameters[weight].data, [inputs, outputs]);
  const all = { ...own, weight: latent, bias: latent };
  return weightQuantizerOf({ quantizer }).quantize(latent, ownOf(all, "weight"), { settings, site, progress });
}

const toTensor = ({ shape, data }: ParameterArrays[string]): tf.Tensor => tf.tensor(data, [...shape]);
