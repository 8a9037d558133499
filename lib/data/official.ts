import { DataError } from "../base/errors";
import type { DatasetContent } from "./dataset";
import type { DataFile, OfficialInfo } from "./dataset-info";
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
  const content = (file: DataFile) => found.read(file);
  const all = await format.read(info, content, files.slice(0, -format.testFiles));
  const test = await format.read(info, content, files.slice(-format.testFiles));

  const order = stratifiedOrder(all.labels, splitSeed);
  return {
    train: selectImages(all, order.subarray(info.validation)),
    validation: selectImages(all, order.subarray(0, info.validation)),
    test,
  };
}
