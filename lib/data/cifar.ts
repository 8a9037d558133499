import type { DatasetInfo } from "./catalog";
import type { Split } from "./dataset";
import type { OfficialFiles } from "./official-files";
import type { DataFile } from "./sources";

const channels = 3;

/**
 * Reads files of CIFAR's binary format: records of one label byte (two for CIFAR-100: coarse, fine) and three planes.
 *
 * The planes [C, H, W] become pixels [H, W, C]; of two labels the fine one is kept.
 *
 * @throws DataError if a file is missing or not the official one
 *
 * Reference: Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009.
 */
export async function readCifar(
  { imageSize }: Pick<DatasetInfo, "imageSize">,
  labelBytes: number,
  from: OfficialFiles,
  files: readonly DataFile[],
): Promise<Split> {
  const plane = imageSize ** 2;
  const imageBytes = channels * plane;
  const record = labelBytes + imageBytes;
  const count = files.reduce((sum, file) => sum + file.bytes, 0) / record;
  const pixels = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  let image = 0;
  for (const file of files) {
    const content = await from.read(file);
    for (let start = 0; start < content.length; start += record, image++) {
      labels[image] = content[start + labelBytes - 1];
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
