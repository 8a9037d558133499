import type { PixelStatistics } from "./normalization";

/** Images and labels of one split; pixels are bytes so that CIFAR stays at 3,072 bytes an image. */
export interface Split {
  /** Row-major NHWC, `count * imageSize * imageSize * channels` bytes. */
  readonly pixels: Uint8Array;
  /** Class indices, `count` of them. */
  readonly labels: Uint8Array;
  readonly count: number;
}

/** A data set in memory, with the statistics that normalize it. */
export interface Dataset extends PixelStatistics {
  readonly name: string;
  readonly imageSize: number;
  readonly channels: number;
  readonly numClasses: number;
  readonly classNames: readonly string[];
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
  /** SHA-256 over the pixels and labels of the three splits, in this order. */
  readonly sha256: string;
}

/** The images of a data set, before anything is computed from them. */
export type DatasetContent = Pick<Dataset, "train" | "validation" | "test">;
