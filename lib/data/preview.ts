import { ConfigError } from "../base/errors";
import type { Dataset, Split } from "./dataset";

function checkedOffset(dataset: Dataset, split: Split, index: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= split.count) {
    throw new ConfigError(`There is no image ${index}; expected 0 … ${split.count - 1}.`);
  }
  return index * dataset.imageSize ** 2 * dataset.channels;
}

/**
 * One image for a heat map: the mean over the channels, 0 black to 1 full brightness.
 *
 * @returns rows from the top; shape [H, W]
 * @throws ConfigError if the split has no such image
 */
export function grayImage(dataset: Dataset, split: Split, index: number): number[][] {
  return colorImage(dataset, split, index).map((row) => row.map(([r, g, b]) => (r + g + b) / 3 / 255));
}

/**
 * One image for a colour image trace: red, green and blue, 0 … 255; a single channel is repeated.
 *
 * @returns rows from the top; shape [H, W, 3]
 * @throws ConfigError if the split has no such image
 */
export function colorImage(dataset: Dataset, split: Split, index: number): number[][][] {
  const { imageSize, channels, maxValue } = dataset;
  const offset = checkedOffset(dataset, split, index);
  return Array.from({ length: imageSize }, (_, row) =>
    Array.from({ length: imageSize }, (_, column) => {
      const pixel = offset + (row * imageSize + column) * channels;
      return [0, 1, 2].map((c) => (split.pixels[pixel + Math.min(c, channels - 1)] / maxValue) * 255);
    }),
  );
}
