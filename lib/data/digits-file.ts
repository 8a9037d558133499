import { sha256Digest } from "../base/digest";
import { DataError } from "../base/errors";
import type { DatasetContent } from "./dataset";
import { selectImages, stratifiedOrder } from "./stratify";

/** Images of each split. */
export const digitsSizes = { train: 1_257, validation: 180, test: 360 } as const;

const fileSha256 = "46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a";
const pixelsPerImage = 64;
const splitSeed = 1797;

/**
 * The images of `digits.csv.gz`, split by class: 1,257 / 180 / 360. It works in a page, too.
 *
 * One line of the file is one image: 64 pixels of 0 … 16 from the top left, and the digit.
 *
 * @param file - its content
 * @param place - what to call it in messages
 * @throws DataError if it is not the one whose checksum stands here
 */
export async function parseDigits(file: Uint8Array, place = "digits.csv.gz"): Promise<DatasetContent> {
  const sha256 = await sha256Digest(file, place);
  if (sha256 !== fileSha256) {
    throw new DataError(`${place} is damaged: its SHA-256 is ${sha256}, expected ${fileSha256}.
Bring it back with \`git checkout -- data/digits\`.`);
  }
  const lines = (await gunzip(file)).trimEnd().split("\n");
  const pixels = new Uint8Array(lines.length * pixelsPerImage);
  const labels = new Uint8Array(lines.length);
  lines.forEach((line, i) => {
    const values = line.split(",").map(Number);
    pixels.set(values.slice(0, pixelsPerImage), i * pixelsPerImage);
    labels[i] = values[pixelsPerImage];
  });
  const all = { pixels, labels, count: lines.length };

  const order = stratifiedOrder(labels, splitSeed);
  const { test, validation } = digitsSizes;
  return {
    test: selectImages(all, order.subarray(0, test)),
    validation: selectImages(all, order.subarray(test, test + validation)),
    train: selectImages(all, order.subarray(test + validation)),
  };
}

const gunzip = (file: Uint8Array): Promise<string> =>
  new Response(new Blob([file]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
