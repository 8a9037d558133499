import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { ownOf } from "../binarize/layer-form";
import { weightQuantizerOf } from "../binarize/registry";
import type { ModelConfig } from "../vit/config";
import type { ParameterArrays } from "../vit/parameters";
import { weightLayers } from "../vit/places";

/** The bits of every binarized weight, 1 where negative. */
export type WeightBits = ReadonlyMap<string, Uint8Array>;

/**
 * The bits of every binarized weight as the forward pass sees them: those of what its quantizer makes of it.
 *
 * @param progress - how much of the training is over, 0 … 1
 * @returns one array a layer; empty for a float model
 */
export function weightBits(config: ModelConfig, parameters: ParameterArrays, progress = 1): WeightBits {
  const bits = new Map<string, Uint8Array>();
  for (const place of weightLayers(config)) {
    const { weight, binarizer, name, inputs, outputs, site } = place;
    if (binarizer === "off" || binarizer.weight === "off") continue;
    const { quantizer, ...settings } = binarizer.weight;
    const latent = tf.tidy(() => {
      const own = Object.fromEntries(
        place.parameters
          .filter(({ start }) => "own" in start)
          .map((parameter) => [parameter.name.slice(name.length + 1), toTensor(parameters[parameter.name])]),
      );
      const latentWeight = tf.tensor(parameters[weight].data, [inputs, outputs]);
      const context = { settings, site, progress };
      const all = { ...own, weight: latentWeight, bias: latentWeight };
      return weightQuantizerOf({ quantizer }).quantize(latentWeight, ownOf(all, "weight"), context).latent;
    });
    bits.set(
      weight,
      Uint8Array.from(readFloats(latent), (value) => (value < 0 ? 1 : 0)),
    );
    latent.dispose();
  }
  return bits;
}

const toTensor = ({ shape, data }: ParameterArrays[string]): tf.Tensor => tf.tensor(data, [...shape]);

/** @returns the share of bits that differ, 0 … 1; 0 where there are none */
export function flipShare(before: WeightBits, after: WeightBits): number {
  let flipped = 0;
  let total = 0;
  for (const [name, old] of before) {
    const now = after.get(name)!;
    for (let i = 0; i < old.length; i++) flipped += old[i] ^ now[i];
    total += old.length;
  }
  return total === 0 ? 0 : flipped / total;
}
