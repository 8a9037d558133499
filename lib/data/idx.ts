import { DataError } from "../errors";
import type { OfficialInfo } from "./catalog";
import type { Split } from "./dataset";
import { readOfficialFile } from "./official-files";
import type { DataFile } from "./sources";

/** Reads one idx file of bytes and checks its header: 0, 0, type 8, number of dimensions, then each as 32-bit big-endian. */
async function readIdx(info: OfficialInfo, folder: string, file: DataFile, shape: readonly number[]): Promise<Buffer> {
  const content = await readOfficialFile(info, folder, file);
  const header = [0x0800 + shape.length, ...shape];
  const found = header.map((_, i) => content.readUInt32BE(4 * i));
  if (found.some((value, i) => value !== header[i])) {
    throw new DataError(`${file.name} in ${folder}: its idx header is ${found.join(", ")}, expected ${header.join(", ")}.
It is not the official file; fetch it with \`npx binvit data download ${info.name}\`.`);
  }
  return content.subarray(4 * header.length);
}

/**
 * Reads a pair of idx files: images [N, H, W] and labels [N].
 *
 * @throws DataError if a file is missing, of a wrong size, has another header, or a label out of range
 *
 * Reference: LeCun, Cortes and Burges, *The MNIST Database of Handwritten Digits*, 1998.
 */
export async function readIdxPair(
  info: OfficialInfo,
  folder: string,
  images: DataFile,
  labels: DataFile,
): Promise<Split> {
  const count = labels.bytes - 8;
  const pixels = await readIdx(info, folder, images, [count, info.imageSize, info.imageSize]);
  const classes = await readIdx(info, folder, labels, [count]);
  const wrong = classes.findIndex((label) => label >= info.classNames.length);
  if (wrong >= 0) {
    throw new DataError(`${labels.name} in ${folder}: label ${wrong} is ${classes[wrong]}, expected 0 … \
${info.classNames.length - 1}. The file is damaged; fetch it with \`npx binvit data download ${info.name}\`.`);
  }
  return { pixels, labels: classes, count };
}
