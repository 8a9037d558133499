import { ConfigError, DataError } from "../base/errors";
import type { Random } from "../base/random";
import type { Dataset, Split } from "./dataset";
import { normalizationTable } from "./normalization";

/** Random changes of training images. */
export interface Augmentation {
  /** Zero pixels added on each side before a crop back to the image size at a random place; 0 is off. */
  readonly cropPadding: number;
  /** Mirror half of the images left to right. */
  readonly flip: boolean;
}

/** How a split is cut into batches. */
export interface BatchOptions {
  readonly batchSize: number;
  /** Shuffles the images and decides the augmentation; without it the images come in order. */
  readonly random?: Random;
  /** Needs `random`. */
  readonly augment?: Augmentation;
  /** Batches at the start that are left out; those that follow are what they would have been. */
  readonly skip?: number;
}

/** Images ready for a model. */
export interface Batch {
  /** Normalized pixels; shape [count, S, S, c], row-major. */
  readonly images: Float32Array;
  /** Class indices; shape [count]. */
  readonly labels: Int32Array;
  readonly count: number;
}

/** How an image is moved. */
interface Move {
  readonly shiftX: number;
  readonly shiftY: number;
  readonly mirror: boolean;
}

function drawMove({ random, cropPadding, flip }: Augmentation & { readonly random: Random }): Move {
  const shift = () => (cropPadding > 0 ? random.integer(2 * cropPadding + 1) - cropPadding : 0);
  return { shiftX: shift(), shiftY: shift(), mirror: flip && random.uniform() < 0.5 };
}

/** Copies one image, moved by (shiftX, shiftY) and mirrored; what comes from outside the image is byte 0. */
function copyMoved(
  table: Float32Array,
  { imageSize, channels }: Dataset,
  source: Uint8Array,
  target: Float32Array,
  { shiftX, shiftY, mirror }: Move,
): void {
  let out = 0;
  for (let row = 0; row < imageSize; row++) {
    const fromRow = row + shiftY;
    for (let column = 0; column < imageSize; column++) {
      const fromColumn = (mirror ? imageSize - 1 - column : column) + shiftX;
      const inside = fromRow >= 0 && fromRow < imageSize && fromColumn >= 0 && fromColumn < imageSize;
      const from = (fromRow * imageSize + fromColumn) * channels;
      for (let c = 0; c < channels; c++) target[out++] = table[256 * c + (inside ? source[from + c] : 0)];
    }
  }
}

/**
 * Normalizes chosen images: (byte / maxValue − mean) / std of each channel, with the training split's statistics.
 *
 * Padding is done on the bytes: a padded pixel is byte 0 (black), then normalized like any other.
 *
 * @param dataset - gives sizes and statistics
 * @param split - holds the images
 * @param indices - which images; shape [count]
 * @param augment - random changes, drawn from `augment.random` image by image; left out for evaluation
 * @returns images [count, S, S, c] and labels [count]
 */
export function normalize(
  dataset: Dataset,
  split: Split,
  indices: ArrayLike<number>,
  augment?: Augmentation & { readonly random: Random },
): Batch {
  const { imageSize, channels } = dataset;
  const table = normalizationTable(dataset);
  const length = imageSize * imageSize * channels;
  const count = indices.length;
  const images = new Float32Array(count * length);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = split.labels[indices[i]];
    const source = split.pixels.subarray(indices[i] * length, (indices[i] + 1) * length);
    const target = images.subarray(i * length, (i + 1) * length);
    if (augment) copyMoved(table, dataset, source, target, drawMove(augment));
    else {
      for (let j = 0; j < length; j += channels) {
        for (let c = 0; c < channels; c++) target[j + c] = table[256 * c + source[j + c]];
      }
    }
  }
  return { images, labels, count };
}

/**
 * Cuts a split into normalized batches, one at a time; the last one may be smaller.
 *
 * @param dataset - gives sizes and statistics
 * @param split - one of the data set's splits
 * @param options - batch size; with `random` a new order, which is drawn when the first batch is asked for
 * @throws ConfigError if the batch size is not a positive whole number, or augmentation has no `random`
 * @throws DataError if the split has no images
 *
 * @example
 * for (const { images, labels, count } of batches(digits, digits.train, { batchSize: 64, random })) { … }
 */
export function* batches(dataset: Dataset, split: Split, options: BatchOptions): Generator<Batch, void, undefined> {
  const { batchSize, random, augment, skip = 0 } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new ConfigError(`batchSize is ${batchSize}, expected a whole number of at least 1.`);
  }
  if (split.count === 0) throw new DataError(`This split of ${dataset.name} has no images; expected one at least.`);
  if (augment && !random) {
    throw new ConfigError("Augmentation needs a generator: give `random` to batches() as well.");
  }
  const order = random ? random.permutation(split.count) : Uint32Array.from({ length: split.count }, (_, i) => i);
  const changes = augment && random && (augment.cropPadding > 0 || augment.flip) ? { ...augment, random } : undefined;
  if (changes) for (let i = 0; i < Math.min(skip * batchSize, split.count); i++) drawMove(changes);
  for (let start = skip * batchSize; start < split.count; start += batchSize) {
    yield normalize(dataset, split, order.subarray(start, start + batchSize), changes);
  }
}
