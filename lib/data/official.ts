import type { DatasetContent } from "./assemble";
import type { OfficialInfo } from "./catalog";
import { readCifar } from "./cifar";
import { readIdxPair } from "./idx";
import { defaultFolder, requireFiles } from "./official-files";
import { selectImages, stratifiedOrder } from "./stratify";

const splitSeed = 5000;

/**
 * Reads a data set in its authors' file format and sets the same share of the training images aside for validation.
 *
 * @param info - which data set, with the exact sizes of its files
 * @param folder - holds the files, or the folder that the official archive unpacks to
 * @throws DataError if files are missing, truncated, damaged or of another format
 */
export async function readOfficial(info: OfficialInfo, folder = defaultFolder(info.name)): Promise<DatasetContent> {
  const { format, files } = info.source;
  const found = await requireFiles(info, folder);
  const read = (first: number, end: number) =>
    format.kind === "cifar"
      ? readCifar(info, format.labelBytes, found, files.slice(first, end))
      : readIdxPair(info, found, files[first], files[first + 1]);
  const testFiles = format.kind === "cifar" ? 1 : 2;
  const all = await read(0, files.length - testFiles);
  const test = await read(files.length - testFiles, files.length);

  const order = stratifiedOrder(all.labels, splitSeed);
  return {
    train: selectImages(all, order.subarray(info.validation)),
    validation: selectImages(all, order.subarray(0, info.validation)),
    test,
  };
}
