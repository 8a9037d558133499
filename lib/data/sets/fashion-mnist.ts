import type { OfficialInfo } from "../dataset-info";
import { likeMnist, mnistSource } from "../idx-format";

/**
 * 28×28 grey pictures of clothing in ten classes.
 *
 * Reference: Xiao, Rasul and Vollgraf, *Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning
 * Algorithms*, 2017.
 */
export const fashionMnist = {
  name: "fashion-mnist",
  ...likeMnist,
  classNames: ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"],
  licence: "MIT",
  homepage: "https://github.com/zalandoresearch/fashion-mnist",
  source: mnistSource("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", [
    ["8d4fb7e6c68d591d4c3dfef9ec88bf0d", "f4a8712d7a061bf5bd6d2ca38dc4d50a"],
    ["25c81989df183df01b3e8a0aad5dffbe", "9018921c3c673c538a1fc5bad174d6f9"],
    ["bef4ecab320f06d8554ea6380940ec79", "8181f5470baa50b63fa0f6fddb340f0a"],
    ["bb300cfdad3c16e7a12a480ee83cd310", "15d484375f8d13e6eb1aabb0c3f46965"],
  ]),
} as const satisfies OfficialInfo;
