import type { ModelConfig } from "../vit/config";
import { weightLayers } from "../vit/layers";
import type { ParameterArrays } from "../vit/parameters";

/** The bits of every binarized weight, 1 where negative. */
export type WeightBits = ReadonlyMap<string, Uint8Array>;

/**
 * The bits of every binarized weight as the forward pass sees them, centring included.
 *
 * @returns one array a layer; empty for a float model
 */
export function weightBits(config: ModelConfig, parameters: ParameterArrays): WeightBits {
  const bits = new Map<string, Uint8Array>();
  for (const { weight, inputs, outputs, binarizer } of weightLayers(config)) {
    if (binarizer === "off") continue;
    const { data } = parameters[weight];
    const mean = new Float64Array(outputs);
    if (binarizer.center) {
      data.forEach((value, i) => {
        mean[i % outputs] += value / inputs;
      });
    }
    bits.set(
      weight,
      Uint8Array.from(data, (value, i) => (value - mean[i % outputs] < 0 ? 1 : 0)),
    );
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
