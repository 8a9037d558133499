/** What turns the bytes of an image into the numbers that a model reads. */
export interface PixelStatistics {
  /** The byte that stands for full brightness: 255, or 16 for `digits`. */
  readonly maxValue: number;
  /** Mean and standard deviation of each channel over the training split, of pixels divided by `maxValue`. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** @returns the statistics alone of what may hold more, such as a whole data set */
export const pixelStatistics = ({ maxValue, mean, std }: PixelStatistics): PixelStatistics => ({ maxValue, mean, std });

/**
 * Maps every byte of every channel c to its normalized value.
 *
 * (byte / maxValue − mean_c) / std_c, rounded to float32 once
 *
 * @returns shape [c, 256]
 */
export function normalizationTable({ maxValue, mean, std }: PixelStatistics): Float32Array {
  const table = new Float32Array(256 * mean.length);
  for (let i = 0; i < table.length; i++) {
    const channel = i >> 8;
    table[i] = ((i & 255) / maxValue - mean[channel]) / std[channel];
  }
  return table;
}
