import type { FileFormat, Source } from "./dataset-info";

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

/** The four files of MNIST, under whose names and in whose sizes others publish theirs. */
const mnistFiles = [
  { name: "train-images-idx3-ubyte", bytes: 47_040_016 },
  { name: "train-labels-idx1-ubyte", bytes: 60_008 },
  { name: "t10k-images-idx3-ubyte", bytes: 7_840_016 },
  { name: "t10k-labels-idx1-ubyte", bytes: 10_008 },
] as const;

/** What all data sets of MNIST's kind have in common: 28×28 grey pictures, 60,000 and 10,000. */
export const likeMnist = {
  imageSize: 28,
  channels: 1,
  maxValue: 255,
  train: 55_000,
  validation: 5_000,
  test: 10_000,
} as const;

/**
 * Where a data set of MNIST's kind is published.
 *
 * @param url - base address, with a slash at the end
 * @param md5 - of each file as it is published, packed, and as it is read: images and labels of training, then of test
 */
export const mnistSource = (url: string, md5: readonly (readonly [packed: string, read: string])[]): Source => ({
  url,
  downloads: mnistFiles.map(({ name }, i) => ({ name: `${name}.gz`, md5: md5[i][0] })),
  subfolder: "",
  format: idxFormat,
  files: mnistFiles.map((file, i) => ({ ...file, md5: md5[i][1] })),
});
