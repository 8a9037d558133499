import { DataError } from "../errors";
import type { OfficialInfo } from "./catalog";
import type { Split } from "./dataset";
import { readOfficialFile } from "./official-files";
import type { DataFile } from "./sources";

const channels = 3;

/**
 * Reads files of CIFAR's binary format: records of one label byte (two for CIFAR-100: coarse, fine) and three planes.
 *
 * The planes [C, H, W] become pixels [H, W, C]; of two labels the fine one is kept.
 *
 * @throws DataError if a file is missing, of a wrong size, or has a label out of range
 *
 * Reference: Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009.
 */
export async function readCifar(
  info: OfficialInfo,
  labelBytes: number,
  folder: string,
  files: readonly DataFile[],
): Promise<Split> {
  const plane = info.imageSize ** 2;
  const imageBytes = channels * plane;
  const record = labelBytes + imageBytes;
  const count = files.reduce((sum, file) => sum + file.bytes, 0) / record;
  const pixels = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const file of files) {
    const content = await readOfficialFile(info, folder, file);
    for (let start = 0; start < content.length; start += record, image++) {
      const label = content[start + labelBytes - 1];
      if (label >= info.classNames.length) {
        throw new DataError(`${file.name} in ${folder}: record ${start / record} has label ${label}, expected 0 … \
${info.classNames.length - 1}. The file is damaged; fetch it with \`npx binvit data download ${info.name}\`.`);
      }
      labels[image] = label;
      const red = start + labelBytes;
      let target = image * imageBytes;
      for (let i = red; i < red + plane; i++) {
        pixels[target++] = content[i];
        pixels[target++] = content[i + plane];
        pixels[target++] = content[i + 2 * plane];
      }
    }
  }
  return { pixels, labels, count };
}
