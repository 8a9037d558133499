/** What two words of ±1 weights and inputs give: Σ xᵢ wᵢ, by bits. Bit 1 is −1. */
export interface BitProduct {
  readonly xor: readonly boolean[];
  /** Ones of the XOR: pairs of different sign. */
  readonly popcount: number;
  /** n − 2 · popcount. */
  readonly sum: number;
}

export function bitProduct(x: readonly boolean[], w: readonly boolean[]): BitProduct {
  const xor = x.map((bit, i) => bit !== w[i]);
  const popcount = xor.filter(Boolean).length;
  return { xor, popcount, sum: x.length - 2 * popcount };
}

/** @returns what a bit stands for */
export const valueOfBit = (bit: boolean): string => (bit ? "−1" : "+1");
