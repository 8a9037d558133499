import { DataError } from "../base/errors";
import { normalizationTable, type PixelStatistics } from "../data/normalization";
import type { Sizes } from "../vit/config";

/**
 * Images for an engine, one after the other, row-major: either normalized as in training, or the bytes of their pixels,
 * from 0 to the model's `maxValue`; shape [count, S, S, c].
 */
export type Images = Float32Array | Uint8Array | Uint8ClampedArray;

/** Cuts images into batches of normalized ones. */
export class ImageReader {
  private readonly length: number;
  private readonly table?: Float32Array;

  constructor(
    private readonly config: Sizes,
    private readonly pixels?: PixelStatistics,
  ) {
    this.length = config.imageSize ** 2 * config.channels;
    this.table = pixels && normalizationTable(pixels);
  }

  /**
   * @param count - how many there should be
   * @throws DataError if there are not so many, they are of another type, or the model does not say how bytes are
   * normalized
   */
  check(images: Images, count: number): void {
    const type = typeOf(images);
    if (type !== "Float32Array" && !isBytes(type)) {
      throw new DataError(
        `Images came as ${type}, expected a Float32Array of normalized pixels, or bytes in a Uint8Array or Uint8ClampedArray.`,
      );
    }
    if (!Number.isSafeInteger(count) || count < 0 || images.length !== count * this.length) {
      const { imageSize, channels } = this.config;
      const expected = `${count} × ${imageSize} × ${imageSize} × ${channels} = ${count * this.length}`;
      const canvas = images.length === 4 * count * imageSize ** 2;
      throw new DataError(
        `Images are ${images.length} numbers, expected ${expected}.` +
          (canvas ? ` A canvas gives four channels: take the ${channels} that the model reads.` : ""),
      );
    }
    if (isBytes(type) && !this.pixels) {
      throw new DataError(
        "Images are bytes, and this model does not say how to normalize them. Give a Float32Array normalized as in " +
          "training, or a model that `binvit pack` made, which has the statistics of its pixels.",
      );
    }
  }

  /**
   * @returns images `first` to `first + batch`, normalized
   * @throws DataError if a byte is above `maxValue`
   */
  batch(images: Images, first: number, batch: number): Float32Array {
    const part = images.subarray(first * this.length, (first + batch) * this.length);
    if (!this.pixels || !this.table || typeOf(part) === "Float32Array") return part as Float32Array;
    const { channels } = this.config;
    const { maxValue } = this.pixels;
    const normalized = new Float32Array(part.length);
    for (let i = 0; i < part.length; i++) {
      if (part[i] > maxValue) {
        throw new DataError(
          `A pixel is ${part[i]}, expected 0 to ${maxValue}, which is full brightness to this model. ` +
            `Multiply pixels of 0 to 255 by ${maxValue} / 255.`,
        );
      }
      normalized[i] = this.table[256 * (i % channels) + part[i]];
    }
    return normalized;
  }
}

// Not instanceof: arrays of another window, worker or test environment are as good.
const typeOf = (images: Images): string => Object.prototype.toString.call(images).slice(8, -1);

const isBytes = (type: string): boolean => type === "Uint8Array" || type === "Uint8ClampedArray";
