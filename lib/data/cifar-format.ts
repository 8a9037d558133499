import type { FileFormat } from "./dataset-info";

const channels = 3;

/**
 * CIFAR's binary format: records of one label byte (two for CIFAR-100: coarse, fine) and three planes.
 *
 * The planes [c, S, S] become pixels [S, S, c]; of two labels the fine one is kept. The last file holds the test images.
 *
 * Reference: Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009.
 */
export const cifarFormat = (labelBytes: 1 | 2): FileFormat => ({
  testFiles: 1,
  async read({ imageSize }, content, files) {
    const plane = imageSize ** 2;
    const imageBytes = channels * plane;
    const record = labelBytes + imageBytes;
    const count = files.reduce((sum, file) => sum + file.bytes, 0) / record;
    const pixels = new Uint8Array(count * imageBytes);
    const labels = new Uint8Array(count);
    let image = 0;
    for (const file of files) {
      const records = await content(file);
      for (let start = 0; start < records.length; start += record, image++) {
        labels[image] = records[start + labelBytes - 1];
        const red = start + labelBytes;
        let target = image * imageBytes;
        for (let i = red; i < red + plane; i++) {
          pixels[target++] = records[i];
          pixels[target++] = records[i + plane];
          pixels[target++] = records[i + 2 * plane];
        }
      }
    }
    return { pixels, labels, count };
  },
});

/** What CIFAR-10 and CIFAR-100 have in common: 32×32 colour photographs, 50,000 and 10,000. */
export const cifar = {
  imageSize: 32,
  channels,
  maxValue: 255,
  train: 45_000,
  validation: 5_000,
  test: 10_000,
  licence: "none stated, research use",
  homepage: "https://www.cs.toronto.edu/~kriz/cifar.html",
} as const;

/** The base address of both. */
export const cifarUrl = "https://www.cs.toronto.edu/~kriz/";
