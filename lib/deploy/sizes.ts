import type { PackedModel } from "./packed-model";
import { stacks } from "./stored-tensors";

/** What the bytes of a packed file are. */
export interface PackedSizes {
  /** Binarized weights, a bit each, rows filled up to whole words. */
  readonly signs: number;
  /** Coefficients α, and their steps where they have 8 bits. */
  readonly scales: number;
  /** Everything that stays float: biases, norms, embeddings, layers that are not binarized. */
  readonly floats: number;
  /** Names, shapes, configuration, checksum. */
  readonly header: number;
}

/**
 * @param model - what is in the file
 * @param length - of the file, bytes
 */
export function sizesOf({ tensors }: PackedModel, length: number): PackedSizes {
  const bytes = { signs: 0, scales: 0, floats: 0 };
  for (const [name, { data, bits, steps }] of Object.entries(tensors)) {
    const part = name.endsWith(".signs") ? "signs" : name.endsWith(".alpha") ? "scales" : "floats";
    bytes[part] += bits ? (data.length * bits) / 8 + (steps?.byteLength ?? 0) : data.byteLength;
  }
  return { ...bytes, header: length - bytes.signs - bytes.scales - bytes.floats };
}

/** @returns the tensors of more than one float that are not rounded, as a file calls them */
export function inFullWidth({ tensors }: PackedModel): string[] {
  const floats = Object.entries(tensors).filter(([, { data }]) => data instanceof Float32Array && data.length > 1);
  return [...stacks(floats.filter(([, { bits }]) => bits === undefined).map(([name]) => name)).keys()];
}
