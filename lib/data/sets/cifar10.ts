import { cifar, cifarFormat, cifarUrl } from "../cifar-format";
import type { OfficialInfo } from "../dataset-info";

/**
 * 32×32 colour photographs in ten classes.
 *
 * Reference: Krizhevsky, *Learning Multiple Layers of Features from Tiny Images*, 2009.
 */
export const cifar10 = {
  name: "cifar10",
  ...cifar,
  classNames: ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
  source: {
    url: cifarUrl,
    downloads: [{ name: "cifar-10-binary.tar.gz", md5: "c32a1d4ab5d03f1284b67883e8d87530" }],
    subfolder: "cifar-10-batches-bin",
    format: cifarFormat(1),
    files: [
      ["data_batch_1.bin", "5dd7e06a14cb22eb9f671a540d1b7c25", "244ec88c8780ab7d9532287271a80f6a"],
      ["data_batch_2.bin", "5ea93a67294ea407fff1d09f752e9692", "f479923a6ac0031e362f47fb6a63a8ad"],
      ["data_batch_3.bin", "942cd6a4bcdd0dd3c604fbe906cb4421", "3d5556d89c68f1b95165fc984f5cd0e5"],
      ["data_batch_4.bin", "ae636b3ba5c66a11e91e8cb52e771fcb", "ed0ac76fc877226969c481d033dc712c"],
      ["data_batch_5.bin", "53f37980c15c3d472c316c40844f3f0d", "42e679372f46157a437a962c558c8e17"],
      ["test_batch.bin", "803d5f7f4d78ea53de84dbe85f74fb6d", "153c2d6fad5109ec713791c2c6a5acfd"],
    ].map(([name, md5, reordered]) => ({ name, bytes: 30_730_000, md5, reordered })),
  },
} as const satisfies OfficialInfo;
