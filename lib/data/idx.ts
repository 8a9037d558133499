import type { Split } from "./dataset";
import type { OfficialFiles } from "./official-files";
import type { DataFile } from "./sources";

/** Bytes before the content: 0, 0, type, number of dimensions, then each dimension as four bytes. */
const headerBytes = (dimensions: number): number => 4 + 4 * dimensions;

/**
 * Reads a pair of idx files: images [N, H, W] and labels [N].
 *
 * Their headers are not looked at: the checksum vouches for them.
 *
 * @throws DataError if a file is missing or not the official one
 *
 * Reference: LeCun, Cortes and Burges, *The MNIST Database of Handwritten Digits*, 1998.
 */
export async function readIdxPair(from: OfficialFiles, images: DataFile, labels: DataFile): Promise<Split> {
  const pixels = (await from.read(images)).subarray(headerBytes(3));
  const classes = (await from.read(labels)).subarray(headerBytes(1));
  return { pixels, labels: classes, count: classes.length };
}
