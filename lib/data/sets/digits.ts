import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { gunzipSync } from "node:zlib";
import { DataError } from "../../base/errors";
import { kitRoot } from "../../base/kit-root";
import type { DatasetContent } from "../dataset";
import type { LocalInfo } from "../dataset-info";
import { selectImages, stratifiedOrder } from "../stratify";

const sizes = { train: 1_257, validation: 180, test: 360 };
const fileSha256 = "46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a";
const pixelsPerImage = 64;
const splitSeed = 1797;

/**
 * Reads `digits`, the 1,797 real 8×8 images embedded in the kit, and splits them by class: 1,257 / 180 / 360.
 *
 * One line of the file is one image: 64 pixels of 0 … 16 from the top left, and the digit.
 *
 * @param file - the embedded file, unless a test names another
 * @throws DataError if the file is missing, or is not the one whose checksum stands here
 *
 * Reference: Alpaydin and Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository, 1998.
 */
export async function readDigits(
  file = path.join(kitRoot(), "data", "digits", "digits.csv.gz"),
): Promise<DatasetContent> {
  const packed = await fs.readFile(file).catch((error: Error) => {
    throw new DataError(`${file} cannot be read (${error.message}).
It belongs to the kit: bring it back with \`git checkout -- data/digits\`.`);
  });
  const sha256 = createHash("sha256").update(packed).digest("hex");
  if (sha256 !== fileSha256) {
    throw new DataError(`${file} is damaged: its SHA-256 is ${sha256}, expected ${fileSha256}.
Bring it back with \`git checkout -- data/digits\`.`);
  }

  const lines = gunzipSync(packed).toString("latin1").trimEnd().split("\n");
  const pixels = new Uint8Array(lines.length * pixelsPerImage);
  const labels = new Uint8Array(lines.length);
  lines.forEach((line, i) => {
    const values = line.split(",").map(Number);
    pixels.set(values.slice(0, pixelsPerImage), i * pixelsPerImage);
    labels[i] = values[pixelsPerImage];
  });
  const all = { pixels, labels, count: lines.length };

  const order = stratifiedOrder(labels, splitSeed);
  const { test, validation } = sizes;
  return {
    test: selectImages(all, order.subarray(0, test)),
    validation: selectImages(all, order.subarray(test, test + validation)),
    train: selectImages(all, order.subarray(test + validation)),
  };
}

/** 8×8 handwritten digits. */
export const digits = {
  name: "digits",
  imageSize: 8,
  channels: 1,
  classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  maxValue: 16,
  ...sizes,
  licence: "CC BY 4.0",
  homepage: "https://doi.org/10.24432/C50P49",
  origin: "embedded",
  read: () => readDigits(),
  sha256: "04cd2fbda96a248963c80c4379b44e593b2bc19f946453e0fe856529d60e4c5f",
} as const satisfies LocalInfo;
