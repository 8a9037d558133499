import type { OfficialInfo } from "../dataset-info";
import { idxFormat } from "../idx-format";

/**
 * 28×28 grey handwritten digits.
 *
 * Reference: LeCun, Bottou, Bengio and Haffner, *Gradient-Based Learning Applied to Document Recognition*, 1998.
 */
export const mnist = {
  name: "mnist",
  imageSize: 28,
  channels: 1,
  classNames: ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
  maxValue: 255,
  train: 55_000,
  validation: 5_000,
  test: 10_000,
  licence: "CC BY-SA 3.0",
  homepage: "http://yann.lecun.com/exdb/mnist/",
  source: {
    // The authors' own server refuses most downloads; this is the copy PyTorch's loader uses, with the same checksums.
    url: "https://ossci-datasets.s3.amazonaws.com/mnist/",
    downloads: [
      { name: "train-images-idx3-ubyte.gz", md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873" },
      { name: "train-labels-idx1-ubyte.gz", md5: "d53e105ee54ea40749a09fcbcd1e9432" },
      { name: "t10k-images-idx3-ubyte.gz", md5: "9fb629c4189551a2d022fa330f9573f3" },
      { name: "t10k-labels-idx1-ubyte.gz", md5: "ec29112dd5afa0611ce80d1b7f02629c" },
    ],
    subfolder: "",
    format: idxFormat,
    files: [
      { name: "train-images-idx3-ubyte", bytes: 47_040_016, md5: "6bbc9ace898e44ae57da46a324031adb" },
      { name: "train-labels-idx1-ubyte", bytes: 60_008, md5: "a25bea736e30d166cdddb491f175f624" },
      { name: "t10k-images-idx3-ubyte", bytes: 7_840_016, md5: "2646ac647ad5339dbf082846283269ea" },
      { name: "t10k-labels-idx1-ubyte", bytes: 10_008, md5: "27ae3e4e09519cfbb04c329615203637" },
    ],
  },
} as const satisfies OfficialInfo;
