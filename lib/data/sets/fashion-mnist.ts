import type { OfficialInfo } from "../dataset-info";
import { idxFormat } from "../idx-format";

/**
 * 28×28 grey pictures of clothing in ten classes.
 *
 * Reference: Xiao, Rasul and Vollgraf, *Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
 * Algorithms*, 2017.
 */
export const fashionMnist = {
  name: "fashion-mnist",
  imageSize: 28,
  channels: 1,
  classNames: ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"],
  maxValue: 255,
  train: 55_000,
  validation: 5_000,
  test: 10_000,
  licence: "MIT",
  homepage: "https://github.com/zalandoresearch/fashion-mnist",
  source: {
    url: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    downloads: [
      { name: "train-images-idx3-ubyte.gz", md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d" },
      { name: "train-labels-idx1-ubyte.gz", md5: "25c81989df183df01b3e8a0aad5dffbe" },
      { name: "t10k-images-idx3-ubyte.gz", md5: "bef4ecab320f06d8554ea6380940ec79" },
      { name: "t10k-labels-idx1-ubyte.gz", md5: "bb300cfdad3c16e7a12a480ee83cd310" },
    ],
    subfolder: "",
    format: idxFormat,
    files: [
      { name: "train-images-idx3-ubyte", bytes: 47_040_016, md5: "f4a8712d7a061bf5bd6d2ca38dc4d50a" },
      { name: "train-labels-idx1-ubyte", bytes: 60_008, md5: "9018921c3c673c538a1fc5bad174d6f9" },
      { name: "t10k-images-idx3-ubyte", bytes: 7_840_016, md5: "8181f5470baa50b63fa0f6fddb340f0a" },
      { name: "t10k-labels-idx1-ubyte", bytes: 10_008, md5: "15d484375f8d13e6eb1aabb0c3f46965" },
    ],
  },
} as const satisfies OfficialInfo;
