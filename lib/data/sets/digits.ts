import type { LocalInfo } from "../dataset-info";
import { digitsSizes } from "../digits-file";
import { readDigits } from "../read-digits";

/**
 * 8×8 handwritten digits.
 *
 * Reference: Alpaydin and Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository, 1998.
 */
export const digits = {
  name: "digits",
  imageSize: 8,
  channels: 1,
  classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  maxValue: 16,
  ...digitsSizes,
  licence: "CC BY 4.0",
  homepage: "https://doi.org/10.24432/C50P49",
  origin: "embedded",
  read: () => readDigits(),
  sha256: "04cd2fbda96a248963c80c4379b44e593b2bc19f946453e0fe856529d60e4c5f",
} as const satisfies LocalInfo;
