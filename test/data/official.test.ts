import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { catalog, type OfficialInfo } from "../../lib/data/catalog";
import { readCifar } from "../../lib/data/cifar";
import { loadDataset } from "../../lib/data/load";
import { readOfficial } from "../../lib/data/official";
import { verifyOfficial } from "../../lib/data/verify";
import { DataError } from "../../lib/errors";
import { cifarRecord, idxFile, md5, smallCifar10, smallMnist, temporaryFolder, writeData } from "./official-fixture";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("the catalog", () => {
  it("agrees with the official sizes: images, header or label bytes, planes", () => {
    for (const info of [catalog.cifar10, catalog.cifar100, catalog.mnist, catalog["fashion-mnist"]] as OfficialInfo[]) {
      const { format, files } = info.source;
      const total = files.reduce((sum, file) => sum + file.bytes, 0);
      const images = info.train + info.validation + info.test;
      const perImage = info.channels * info.imageSize ** 2 + (format.kind === "cifar" ? format.labelBytes : 1);
      expect(total).toBe(images * perImage + (format.kind === "idx" ? 2 * (16 + 8) : 0));
    }
    expect(catalog.cifar100.classNames).toHaveLength(100);
    expect(new Set(catalog.cifar100.classNames).size).toBe(100);
  });
});

describe("CIFAR files", () => {
  it("turn planes into pixels and keep a tenth of each class for validation", async () => {
    const content = await readOfficial(smallCifar10(folder), folder);
    expect([content.train.count, content.validation.count, content.test.count]).toEqual([30, 10, 10]);
    expect([...content.validation.labels].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // Test image 3 is image 43 of the fixture: pixel i has 43 + i, 143 + i, 243 + i.
    expect([...content.test.pixels.subarray(3 * 3072, 3 * 3072 + 6)]).toEqual([43, 143, 243, 44, 144, 244]);
    expect(content.test.labels[3]).toBe(3);
    const firsts = [content.train, content.validation].flatMap((split) =>
      Array.from({ length: split.count }, (_, i) => split.pixels[i * 3072]),
    );
    expect(firsts.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it("are found in the folder itself too, and split alike", async () => {
    const info = smallCifar10(folder);
    const inside = await readOfficial(info, path.join(folder, "cifar-10-batches-bin"));
    const above = await readOfficial(info, folder);
    expect(Buffer.from(inside.train.pixels).equals(above.train.pixels)).toBe(true);
  });

  it("with two labels give the fine one", async () => {
    const file = writeData(folder, "train.bin", Buffer.concat([cifarRecord(0, [3, 77]), cifarRecord(1, [4, 99])]));
    const split = await readCifar(catalog.cifar100, 2, folder, [file]);
    expect([...split.labels]).toEqual([77, 99]);
    expect([...split.pixels.subarray(0, 3)]).toEqual([0, 100, 200]);
  });

  it("are refused if truncated, missing or with a label out of range, by name", async () => {
    const info = smallCifar10(folder);
    const file = path.join(folder, "cifar-10-batches-bin", "data_batch_2.bin");
    const whole = fs.readFileSync(file);
    fs.writeFileSync(file, whole.subarray(0, 5000));
    await expect(readOfficial(info, folder)).rejects.toThrow(
      /data_batch_2\.bin holds 5,000 bytes, expected 61,460 bytes.*truncated.*binvit data download cifar10/,
    );
    whole[3073] = 10;
    fs.writeFileSync(file, whole);
    await expect(readOfficial(info, folder)).rejects.toThrow(
      /data_batch_2\.bin.*record 1 has label 10, expected 0 … 9/,
    );
    fs.rmSync(file);
    await expect(readOfficial(info, folder)).rejects.toThrow(/data_batch_2\.bin is missing/);
  });
});

describe("idx files", () => {
  it("are read plain or packed, the packed one first", async () => {
    const info = smallMnist(folder);
    const plain = await readOfficial(info, folder);
    expect([plain.train.count, plain.validation.count, plain.test.count]).toEqual([10, 10, 10]);
    expect([...plain.test.pixels.subarray(784, 787)]).toEqual([784 % 251, 785 % 251, 786 % 251]);
    for (const { name } of info.source.files) {
      const file = path.join(folder, name);
      fs.writeFileSync(`${file}.gz`, gzipSync(fs.readFileSync(file)));
      fs.writeFileSync(file, "damaged");
    }
    const packed = await readOfficial(info, folder);
    expect(Buffer.from(packed.train.pixels).equals(plain.train.pixels)).toBe(true);
    expect([...packed.test.labels]).toEqual([...plain.test.labels]);
  });

  it("are refused with a wrong header, a wrong label or a broken gzip stream", async () => {
    const info = smallMnist(folder);
    const images = path.join(folder, "t10k-images-idx3-ubyte");
    const right = fs.readFileSync(images);
    fs.writeFileSync(images, idxFile([10, 56, 14], new Uint8Array(7840)));
    await expect(readOfficial(info, folder)).rejects.toThrow(
      /t10k-images-idx3-ubyte.*header is 2051, 10, 56, 14, expected 2051, 10, 28, 28/,
    );
    fs.writeFileSync(images, right);
    fs.writeFileSync(path.join(folder, "t10k-labels-idx1-ubyte"), idxFile([10], new Uint8Array(10).fill(12)));
    await expect(readOfficial(info, folder)).rejects.toThrow(/t10k-labels-idx1-ubyte.*label 0 is 12, expected 0 … 9/);
    fs.writeFileSync(`${images}.gz`, gzipSync(right).subarray(0, 60));
    await expect(readOfficial(info, folder)).rejects.toThrow(/t10k-images-idx3-ubyte\.gz does not unpack/);
  });
});

describe("an absent data set", () => {
  it("is named with the command that fetches it", async () => {
    const absent = loadDataset({ name: "fashion-mnist", folder });
    await expect(absent).rejects.toThrow(DataError);
    await expect(absent).rejects.toThrow(/fashion-mnist is not in .*binvit data download fashion-mnist/s);
  });
});

describe("verifyOfficial", () => {
  it("tells whole, absent, and a single changed byte", async () => {
    const info = smallCifar10(folder);
    expect(await verifyOfficial(info, folder)).toMatchObject({ state: "ok" });
    expect(await verifyOfficial(info, path.join(folder, "elsewhere"))).toMatchObject({ state: "absent" });
    const file = path.join(folder, "cifar-10-batches-bin", "test_batch.bin");
    const content = fs.readFileSync(file);
    content[100] ^= 1;
    fs.writeFileSync(file, content);
    const found = await verifyOfficial(info, folder);
    expect(found.state).toBe("damaged");
    expect(found.detail).toContain(`test_batch.bin in ${path.dirname(file)} has MD5 ${md5(content)}`);
  });
});
