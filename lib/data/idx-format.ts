import type { FileFormat } from "./dataset-info";

/** Bytes before the content: 0, 0, type, number of dimensions, then each dimension as four bytes. */
const headerBytes = (dimensions: number): number => 4 + 4 * dimensions;

/**
 * Pairs of idx files: images [N, H, W] and labels [N]; the last pair holds the test images.
 *
 * Their headers are not looked at: the checksum vouches for them.
 *
 * Reference: LeCun, Cortes and Burges, *The MNIST Database of Handwritten Digits*, 1998.
 */
export const idxFormat: FileFormat = {
  testFiles: 2,
  async read(_, content, [images, labels]) {
    const pixels = (await content(images)).subarray(headerBytes(3));
    const classes = (await content(labels)).subarray(headerBytes(1));
    return { pixels, labels: classes, count: classes.length };
  },
};
