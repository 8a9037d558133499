/** A file as its authors publish it: an address below `Source.url`, and the MD5 they or their users state for it. */
export interface Download {
  readonly name: string;
  readonly md5: string;
}

/** A file that is read, uncompressed. */
export interface DataFile {
  readonly name: string;
  readonly bytes: number;
  /** As authors publish it, or (CIFAR) as others who check the unpacked files state it, e.g. rai-project/dldataset. */
  readonly md5: string;
  /** Of the same file in a known copy that holds the official images of each split in another order. */
  readonly reordered?: string;
}

/** Where a data set is published, and the official files it consists of. */
export interface Source {
  /** Base address, with a slash at the end. */
  readonly url: string;
  /** One `.tar.gz` archive, or the files themselves as `.gz`. */
  readonly downloads: readonly Download[];
  /** Folder inside the archive; empty where there is no archive. */
  readonly subfolder: string;
  /** Record layout: CIFAR's label bytes and planes, or idx pairs of images and labels. */
  readonly format: { readonly kind: "cifar"; readonly labelBytes: 1 | 2 } | { readonly kind: "idx" };
  /** Training files in order, then (last, or last pair) the test files. */
  readonly files: readonly DataFile[];
}

export const cifar10Source: Source = {
  url: "https://www.cs.toronto.edu/~kriz/",
  downloads: [{ name: "cifar-10-binary.tar.gz", md5: "c32a1d4ab5d03f1284b67883e8d87530" }],
  subfolder: "cifar-10-batches-bin",
  format: { kind: "cifar", labelBytes: 1 },
  files: [
    ["data_batch_1.bin", "5dd7e06a14cb22eb9f671a540d1b7c25", "244ec88c8780ab7d9532287271a80f6a"],
    ["data_batch_2.bin", "5ea93a67294ea407fff1d09f752e9692", "f479923a6ac0031e362f47fb6a63a8ad"],
    ["data_batch_3.bin", "942cd6a4bcdd0dd3c604fbe906cb4421", "3d5556d89c68f1b95165fc984f5cd0e5"],
    ["data_batch_4.bin", "ae636b3ba5c66a11e91e8cb52e771fcb", "ed0ac76fc877226969c481d033dc712c"],
    ["data_batch_5.bin", "53f37980c15c3d472c316c40844f3f0d", "42e679372f46157a437a962c558c8e17"],
    ["test_batch.bin", "803d5f7f4d78ea53de84dbe85f74fb6d", "153c2d6fad5109ec713791c2c6a5acfd"],
  ].map(([name, md5, reordered]) => ({ name, bytes: 30_730_000, md5, reordered })),
};

export const cifar100Source: Source = {
  url: "https://www.cs.toronto.edu/~kriz/",
  downloads: [{ name: "cifar-100-binary.tar.gz", md5: "03b5dce01913d631647c71ecec9e9cb8" }],
  subfolder: "cifar-100-binary",
  format: { kind: "cifar", labelBytes: 2 },
  files: [
    { name: "train.bin", bytes: 153_700_000, md5: "6172c7755cfe09b2fe270c85cebc1b15" },
    { name: "test.bin", bytes: 30_740_000, md5: "4499cfba6c016c1be1438163640a0898" },
  ],
};

export const mnistSource: Source = {
  // The authors' own server refuses most downloads; this is the copy PyTorch's loader uses, with the same checksums.
  url: "https://ossci-datasets.s3.amazonaws.com/mnist/",
  downloads: [
    { name: "train-images-idx3-ubyte.gz", md5: "f68b3c2dcbeaaa9fbdd348bbdeb94873" },
    { name: "train-labels-idx1-ubyte.gz", md5: "d53e105ee54ea40749a09fcbcd1e9432" },
    { name: "t10k-images-idx3-ubyte.gz", md5: "9fb629c4189551a2d022fa330f9573f3" },
    { name: "t10k-labels-idx1-ubyte.gz", md5: "ec29112dd5afa0611ce80d1b7f02629c" },
  ],
  subfolder: "",
  format: { kind: "idx" },
  files: [
    { name: "train-images-idx3-ubyte", bytes: 47_040_016, md5: "6bbc9ace898e44ae57da46a324031adb" },
    { name: "train-labels-idx1-ubyte", bytes: 60_008, md5: "a25bea736e30d166cdddb491f175f624" },
    { name: "t10k-images-idx3-ubyte", bytes: 7_840_016, md5: "2646ac647ad5339dbf082846283269ea" },
    { name: "t10k-labels-idx1-ubyte", bytes: 10_008, md5: "27ae3e4e09519cfbb04c329615203637" },
  ],
};

export const fashionMnistSource: Source = {
  url: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
  downloads: [
    { name: "train-images-idx3-ubyte.gz", md5: "8d4fb7e6c68d591d4c3dfef9ec88bf0d" },
    { name: "train-labels-idx1-ubyte.gz", md5: "25c81989df183df01b3e8a0aad5dffbe" },
    { name: "t10k-images-idx3-ubyte.gz", md5: "bef4ecab320f06d8554ea6380940ec79" },
    { name: "t10k-labels-idx1-ubyte.gz", md5: "bb300cfdad3c16e7a12a480ee83cd310" },
  ],
  subfolder: "",
  format: { kind: "idx" },
  files: [
    { name: "train-images-idx3-ubyte", bytes: 47_040_016, md5: "f4a8712d7a061bf5bd6d2ca38dc4d50a" },
    { name: "train-labels-idx1-ubyte", bytes: 60_008, md5: "9018921c3c673c538a1fc5bad174d6f9" },
    { name: "t10k-images-idx3-ubyte", bytes: 7_840_016, md5: "8181f5470baa50b63fa0f6fddb340f0a" },
    { name: "t10k-labels-idx1-ubyte", bytes: 10_008, md5: "15d484375f8d13e6eb1aabb0c3f46965" },
  ],
};
