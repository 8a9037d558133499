import { ConfigError } from "../base/errors";
import { Random } from "../base/random";
import type { Split } from "./dataset";

/**
 * Orders images so that every prefix holds the classes in their overall proportions, to within one image each.
 *
 * The i-th image of a class of n is sorted by (i + ½) / n; chance decides which image is the i-th.
 *
 * @param labels - class of each image; shape [N]
 * @param seed - fixed by the caller, never a run's seed: splits are the same in every run
 * @returns a permutation of 0 … N - 1
 */
export function stratifiedOrder(labels: Uint8Array, seed: number): Uint32Array {
  const classSizes = new Uint32Array(256);
  for (const label of labels) classSizes[label]++;
  const seen = new Uint32Array(256);
  const rank = new Float64Array(labels.length);
  const order = new Random(seed).permutation(labels.length);
  for (const i of order) rank[i] = (seen[labels[i]]++ + 0.5) / classSizes[labels[i]];
  return order.sort((a, b) => rank[a] - rank[b]);
}

/** @returns a copy of the images at `indices`, in that order */
export function selectImages(split: Split, indices: Uint32Array): Split {
  const imageBytes = split.pixels.length / split.count;
  const pixels = new Uint8Array(indices.length * imageBytes);
  const labels = new Uint8Array(indices.length);
  indices.forEach((from, to) => {
    pixels.set(split.pixels.subarray(from * imageBytes, (from + 1) * imageBytes), to * imageBytes);
    labels[to] = split.labels[from];
  });
  return { pixels, labels, count: indices.length };
}

/**
 * The first images of a split, without a copy.
 *
 * @param split - any
 * @param count - how many of them
 * @throws ConfigError if it has not as many
 */
export function firstImages(split: Split, count: number): Split {
  if (!Number.isInteger(count) || count < 1 || count > split.count) {
    throw new ConfigError(`Expected a whole number of images from 1 to ${split.count}, got ${count}.`);
  }
  const imageBytes = split.pixels.length / split.count;
  return { pixels: split.pixels.subarray(0, count * imageBytes), labels: split.labels.subarray(0, count), count };
}
