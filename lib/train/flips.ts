import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { binaryLatent, isBinarized } from "../vit/binary-latent";
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
    if (!isBinarized(place)) continue;
    const latent = tf.tidy(() => binaryLatent(place, parameters, progress).latent);
    bits.set(
      place.weight,
      Uint8Array.from(readFloats(latent), (value) => (value < 0 ? 1 : 0)),
    );
    latent.dispose();
  }
  return bits;
}

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
