import { DataError } from "../base/errors";
import type { Dataset, DatasetContent, Split } from "./dataset";
import type { DatasetInfo } from "./dataset-info";

/**
 * Mean and standard deviation of each channel, of pixels divided by `maxValue`.
 *
 * Exact up to one rounding: a histogram of bytes is summed, not two million floats.
 *
 * @returns two lists of length `channels`
 * @throws DataError if a channel is constant, which no normalization can use
 */
function channelStatistics(split: Split, channels: number, maxValue: number): { mean: number[]; std: number[] } {
  const histogram = new Float64Array(256 * channels);
  for (let i = 0; i < split.pixels.length; i += channels) {
    for (let c = 0; c < channels; c++) histogram[256 * c + split.pixels[i + c]]++;
  }
  const total = split.pixels.length / channels;
  const mean: number[] = [];
  const std: number[] = [];
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    let squares = 0;
    for (let value = 0; value < 256; value++) {
      sum += histogram[256 * c + value] * value;
      squares += histogram[256 * c + value] * value * value;
    }
    const variance = squares / total - (sum / total) ** 2;
    if (!(variance > 0))
      throw new DataError(`Every training image has the same value in channel ${c}.
A data set needs pixels that differ; check the files.`);
    mean.push(sum / total / maxValue);
    std.push(Math.sqrt(variance) / maxValue);
  }
  return { mean, std };
}

/**
 * Completes a data set with what follows from its images: the statistics of the training split.
 *
 * @param sha256 - of the content
 * @throws DataError if the training images are constant
 */
export function assembleDataset(info: DatasetInfo, content: DatasetContent, sha256: string): Dataset {
  const { name, imageSize, channels, classNames, maxValue } = info;
  return {
    name,
    imageSize,
    channels,
    numClasses: classNames.length,
    classNames,
    maxValue,
    ...channelStatistics(content.train, channels, maxValue),
    ...content,
    sha256,
  };
}
