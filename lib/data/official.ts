import { DataError } from "../base/errors";
import type { DatasetContent } from "./assemble";
import type { OfficialInfo } from "./catalog";
import { readCifar } from "./cifar";
import { readIdxPair } from "./idx";
import { defaultFolder, OfficialFiles } from "./official-files";
import { selectImages, stratifiedOrder } from "./stratify";

const splitSeed = 5000;

/**
 * Reads a data set in its authors' file format and sets the same share of the training images aside for validation.
 *
 * @param info - which data set, with sizes and checksums of its files
 * @param folder - holds the files, packed or not, or the official archive, or a folder with them
 * @throws DataError if files are missing or not the official ones
 */
export async function readOfficial(info: OfficialInfo, folder = defaultFolder(info.name)): Promise<DatasetContent> {
  const { format, files } = info.source;
  const found = await OfficialFiles.find(info, folder);
  if (!found) {
    throw new DataError(`${info.name} is not in ${folder}: expected ${files[0].name} and its companions.
Fetch it with \`npx binvit data download ${info.name}\`, or name the folder that holds the official files.`);
  }
  const read = (first: number, end: number) =>
    format.kind === "cifar"
      ? readCifar(info, format.labelBytes, found, files.slice(first, end))
      : readIdxPair(found, files[first], files[first + 1]);
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
