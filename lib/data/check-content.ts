import { DataError } from "../base/errors";
import type { Dataset, DatasetContent, Split } from "./dataset";
import type { DatasetInfo } from "./dataset-info";

/** What images and labels have to agree with. */
type Sizes = Pick<Dataset, "name" | "imageSize" | "channels" | "numClasses" | "maxValue">;

/**
 * Whether a data set has images in every split, as many pixels and labels as they need, and no label or pixel beyond its
 * description. Normalization and loss read what stands at such places, or beyond them.
 *
 * @throws DataError naming what is wrong, and where
 */
export function checkContent(sizes: Sizes, content: DatasetContent): void {
  for (const part of ["train", "validation", "test"] as const) checkSplit(sizes, part, content[part]);
}

/**
 * The same of a data set that is read, against its whole description.
 *
 * @throws DataError naming what is wrong, and where
 */
export function checkRead(info: DatasetInfo, content: DatasetContent): void {
  const { name, classNames } = info;
  if (classNames.length < 2) throw new DataError(`${name} has ${classNames.length} classNames, expected two or more.`);
  checkContent({ ...info, numClasses: classNames.length }, content);
  for (const part of ["train", "validation", "test"] as const) {
    if (content[part].count !== info[part]) fail(name, part, `expected ${info[part]}, got ${content[part].count}`);
  }
}

function checkSplit(sizes: Sizes, part: string, { pixels, labels, count }: Split): void {
  const { name, imageSize, channels, numClasses, maxValue } = sizes;
  const expected = count * imageSize * imageSize * channels;
  if (!(Number.isInteger(count) && count >= 1)) fail(name, part, `expected one or more, got ${count}`);
  if (pixels.length !== expected) {
    const each = `${imageSize}×${imageSize}×${channels}`;
    fail(name, part, `${count} of ${each} need ${expected} bytes of pixels, there are ${pixels.length}`);
  }
  if (labels.length !== count) fail(name, part, `${count} need as many labels, there are ${labels.length}`);
  const label = labels.find((value) => value >= numClasses);
  if (label !== undefined)
    fail(name, part, `label ${label}, expected 0 to ${numClasses - 1} for ${numClasses} classes`);
  const pixel = maxValue < 255 ? pixels.find((value) => value > maxValue) : undefined;
  if (pixel !== undefined) fail(name, part, `a pixel is ${pixel}, expected 0 to ${maxValue}, its maxValue`);
}

function fail(name: string, part: string, problem: string): never {
  throw new DataError(`${name}, ${part} images: ${problem}.
Mend the description of the data set, or what reads it.`);
}
