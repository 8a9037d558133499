import * as fs from "node:fs";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DataError } from "../../lib/base/errors";
import type { OfficialInfo } from "../../lib/data/dataset-info";
import { loadDataset } from "../../lib/data/load";
import { readOfficial } from "../../lib/data/official";
import { OfficialFiles } from "../../lib/data/official-files";
import { datasets } from "../../lib/data/sets";
import { verifyOfficial } from "../../lib/data/verify";
import {
  cifarRecord,
  idxFile,
  md5,
  smallCifar10,
  smallMnist,
  tarball,
  temporaryFolder,
  writeData,
} from "./official-fixture";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

describe("the registry", () => {
  it("agrees with the official sizes: images, header or label bytes, planes", () => {
    const labelBytes = { cifar10: 1, cifar100: 2, mnist: 1, "fashion-mnist": 1 };
    for (const [name, perLabel] of Object.entries(labelBytes)) {
      const info: OfficialInfo = datasets[name as keyof typeof labelBytes];
      const { files } = info.source;
      const total = files.reduce((sum, file) => sum + file.bytes, 0);
      const images = info.train + info.validation + info.test;
      const perImage = info.channels * info.imageSize ** 2 + perLabel;
      expect(total).toBe(images * perImage + (name.endsWith("mnist") ? 2 * (16 + 8) : 0));
    }
    expect(datasets.cifar100.classNames).toHaveLength(100);
    expect(new Set(datasets.cifar100.classNames).size).toBe(100);
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
    const info = { ...datasets.cifar100, source: { ...datasets.cifar100.source, files: [file] } };
    const found = (await OfficialFiles.find(info, folder))!;
    const split = await info.source.format.read(info, (wanted) => found.read(wanted), [file]);
    expect([...split.labels]).toEqual([77, 99]);
    expect([...split.pixels.subarray(0, 3)]).toEqual([0, 100, 200]);
  });

  it("are refused if truncated, missing or with one changed label, by name", async () => {
    const info = smallCifar10(folder);
    const file = path.join(folder, "cifar-10-batches-bin", "data_batch_2.bin");
    const whole = fs.readFileSync(file);
    const right = md5(whole);
    fs.writeFileSync(file, whole.subarray(0, 5000));
    await expect(readOfficial(info, folder)).rejects.toThrow(
      /data_batch_2\.bin holds 5,000 bytes, expected 61,460 bytes.*truncated.*binvit data download cifar10/,
    );
    whole[3073] = (whole[3073] + 1) % 10;
    fs.writeFileSync(file, whole);
    await expect(readOfficial(info, folder)).rejects.toThrow(
      new RegExp(
        `data_batch_2\\.bin is not the official data_batch_2\\.bin of cifar10: its MD5 is ${md5(whole)}, expected ${right}\\.`,
      ),
    );
    fs.rmSync(file);
    await expect(readOfficial(info, folder)).rejects.toThrow(/data_batch_2\.bin is missing/);
  });

  it("that have changed places are told from one another", async () => {
    const info = smallCifar10(folder);
    const [one, two] = [1, 2].map((i) => path.join(folder, "cifar-10-batches-bin", `data_batch_${i}.bin`));
    fs.renameSync(one, `${one}.first`);
    fs.renameSync(two, one);
    fs.renameSync(`${one}.first`, two);
    await expect(readOfficial(info, folder)).rejects.toThrow(/data_batch_1\.bin is not the official data_batch_1\.bin/);
  });

  it("of a known copy with the images in another order are read, but not mixed with the others", async () => {
    const info = smallCifar10(folder);
    const place = path.join(folder, "cifar-10-batches-bin");
    const files = info.source.files.map((file) => {
      const content = fs.readFileSync(path.join(place, file.name));
      const records = Array.from({ length: content.length / 3073 }, (_, i) =>
        content.subarray(3073 * i, 3073 * (i + 1)),
      );
      const turned = Buffer.concat(records.reverse());
      fs.writeFileSync(path.join(place, file.name), turned);
      return { file: { ...file, reordered: md5(turned) }, content };
    });
    const known = { ...info, source: { ...info.source, files: files.map(({ file }) => file) } };
    expect((await readOfficial(known, folder)).test.count).toBe(10);
    expect((await verifyOfficial(known, folder)).detail).toMatch(
      /3 files, MD5 of a known copy with the images in another/,
    );
    fs.writeFileSync(path.join(place, "test_batch.bin"), files[2].content);
    await expect(readOfficial(known, folder)).rejects.toThrow(
      /test_batch\.bin is of another copy of cifar10 than the files before it, with the images in another order/,
    );
  });

  it.each(["cifar-10-binary.tar.gz", "CIFAR-10-Binary.tgz", "cifar-10-binary.tar", "sub/cifar-10-binary.tar.gz"])(
    "are read out of the archive itself: %s",
    async (name) => {
      const info = smallCifar10(folder);
      const unpacked = await readOfficial(info, folder);
      const members = info.source.files.map((file) => {
        const member = path.join("cifar-10-batches-bin", file.name);
        return { name: member, content: fs.readFileSync(path.join(folder, member)) };
      });
      fs.rmSync(path.join(folder, "cifar-10-batches-bin"), { recursive: true });
      const archive = path.join(folder, name);
      fs.mkdirSync(path.dirname(archive), { recursive: true });
      const content = tarball(members);
      fs.writeFileSync(archive, name.endsWith(".tar") ? content : gzipSync(content));
      for (const place of [folder, archive]) {
        const read = await readOfficial(info, place);
        expect(Buffer.from(read.train.pixels).equals(unpacked.train.pixels)).toBe(true);
        expect([...read.test.labels]).toEqual([...unpacked.test.labels]);
      }
      fs.truncateSync(archive, 600);
      await expect(readOfficial(info, folder)).rejects.toThrow(DataError);
    },
  );
});

describe("idx files", () => {
  /** Gives every file another name and content. */
  const change = (info: OfficialInfo, how: (name: string, content: Buffer) => [string, Buffer]) => {
    for (const { name } of info.source.files) {
      const content = fs.readFileSync(path.join(folder, name));
      fs.rmSync(path.join(folder, name));
      const [place, changed] = how(name, content);
      fs.mkdirSync(path.dirname(path.join(folder, place)), { recursive: true });
      fs.writeFileSync(path.join(folder, place), changed);
    }
  };

  it.each<[string, (name: string, content: Buffer) => [string, Buffer]]>([
    ["packed", (name, content) => [`${name}.gz`, gzipSync(content)]],
    ["with a dot for the hyphen", (name, content) => [name.replace("-idx", ".idx"), content]],
    ["packed, with a dot for the hyphen", (name, content) => [`${name.replace("-idx", ".idx")}.gz`, gzipSync(content)]],
    ["unpacked under the name of a packed file", (name, content) => [`${name}.gz`, content]],
    ["packed under the name of an unpacked one", (name, content) => [name, gzipSync(content)]],
    ["packed twice", (name, content) => [`${name}.gz`, gzipSync(gzipSync(content))]],
    ["in capitals", (name, content) => [`${name.toUpperCase()}.GZ`, gzipSync(content)]],
    ["in the folders of torchvision", (name, content) => [`MNIST/raw/${name}`, content]],
    ["each in a folder of its own name", (name, content) => [`${name}/${name}`, content]],
  ])("are read %s", async (_, how) => {
    const info = smallMnist(folder);
    const plain = await readOfficial(info, folder);
    change(info, how);
    expect((await verifyOfficial(info, folder)).state).toBe("ok");
    const changed = await readOfficial(info, folder);
    expect(Buffer.from(changed.train.pixels).equals(plain.train.pixels)).toBe(true);
    expect([...changed.test.pixels.subarray(784, 787)]).toEqual([784 % 251, 785 % 251, 786 % 251]);
    expect([...changed.test.labels]).toEqual([...plain.test.labels]);
    expect([changed.train.count, changed.validation.count, changed.test.count]).toEqual([10, 10, 10]);
  });

  it("that are right are found beside others of the same names", async () => {
    const info = smallMnist(folder);
    const plain = await readOfficial(info, folder);
    change(info, (name, content) => [`Z/${name}`, content]);
    for (const { name, bytes } of info.source.files) {
      fs.mkdirSync(path.join(folder, "A"), { recursive: true });
      fs.writeFileSync(path.join(folder, "A", name), Buffer.alloc(bytes));
      fs.writeFileSync(path.join(folder, "A", `${name}.gz`), "damaged");
    }
    expect([...(await readOfficial(info, folder)).test.labels]).toEqual([...plain.test.labels]);
  });

  it("are refused with changed labels, as those of another data set, or with a broken gzip stream", async () => {
    const info = smallMnist(folder);
    const labels = path.join(folder, "t10k-labels-idx1-ubyte");
    const changed = idxFile([10], new Uint8Array(10).fill(9));
    fs.writeFileSync(labels, changed);
    const { md5: right } = info.source.files[3];
    await expect(readOfficial(info, folder)).rejects.toThrow(
      `${labels} is not the official t10k-labels-idx1-ubyte of mnist: its MD5 is ${md5(changed)}, expected ${right}. ` +
        "Fetch it with `npx binvit data download mnist`, or name the folder of the official files.",
    );
    const images = path.join(folder, "t10k-images-idx3-ubyte");
    const whole = fs.readFileSync(images);
    fs.writeFileSync(images, gzipSync(whole).subarray(0, 60));
    await expect(readOfficial(info, folder)).rejects.toThrow(/t10k-images-idx3-ubyte does not unpack/);
    fs.writeFileSync(images, gzipSync(Buffer.alloc(50_000_000)));
    await expect(readOfficial(info, folder)).rejects.toThrow(/t10k-images-idx3-ubyte unpacks to more than 7,856 bytes/);
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
    expect(found.detail).toContain(`${file} is not the official test_batch.bin of cifar10: its MD5 is ${md5(content)}`);
  });
});
