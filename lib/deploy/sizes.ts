import type { PackedModel } from "./packed-model";

/** What the bytes of a packed file are. */
export interface PackedSizes {
  /** Binarized weights, a bit each, rows filled up to whole words. */
  readonly signs: number;
  /** Coefficients α, and their steps where they are rounded. */
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
