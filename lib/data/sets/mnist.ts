import type { OfficialInfo } from "../dataset-info";
import { likeMnist, mnistSource } from "../idx-format";

/**
 * 28×28 grey handwritten digits.
 *
 * Reference: LeCun, Bottou, Bengio and Haffner, *Gradient-Based Learning Applied to Document Recognition*, 1998.
 */
export const mnist = {
  name: "mnist",
  ...likeMnist,
  classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  licence: "CC BY-SA 3.0",
  homepage: "http://yann.lecun.com/exdb/mnist/",
  // The authors' own server refuses most downloads; this is the copy PyTorch's loader uses, with the same checksums.
  source: mnistSource("https://ossci-datasets.s3.amazonaws.com/mnist/", [
    ["f68b3c2dcbeaaa9fbdd348bbdeb94873", "6bbc9ace898e44ae57da46a324031adb"],
    ["d53e105ee54ea40749a09fcbcd1e9432", "a25bea736e30d166cdddb491f175f624"],
    ["9fb629c4189551a2d022fa330f9573f3", "2646ac647ad5339dbf082846283269ea"],
    ["ec29112dd5afa0611ce80d1b7f02629c", "27ae3e4e09519cfbb04c329615203637"],
  ]),
} as const satisfies OfficialInfo;
