import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { gzipSync } from "node:zlib";
import type { DataFile, OfficialInfo, Source } from "../../lib/data/dataset-info";
import { datasets } from "../../lib/data/sets";

export const md5 = (content: Buffer): string => createHash("md5").update(content).digest("hex");

/** A folder of its own, for the caller to remove. */
export const temporaryFolder = (): string => fs.mkdtempSync(path.join(os.tmpdir(), "binvit-data-"));

/** Writes a file and describes it as a source would. */
export function writeData(folder: string, name: string, content: Buffer): DataFile {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, name), content);
  return { name, bytes: content.length, md5: md5(content) };
}

/** A record of the CIFAR format whose plane c holds (image + 100 c + i) mod 256 at pixel i. */
export function cifarRecord(image: number, labels: readonly number[]): Buffer {
  const planes = [0, 1, 2].map((c) => Uint8Array.from({ length: 1024 }, (_, i) => image + 100 * c + i));
  return Buffer.concat([Uint8Array.from(labels), ...planes]);
}

/** CIFAR-10 in small: two training files of 20 images and a test file of 10, in the official layout under `folder`. */
export function smallCifar10(folder: string): OfficialInfo {
  const place = path.join(folder, "cifar-10-batches-bin");
  const batch = (first: number, count: number) =>
    Buffer.concat(Array.from({ length: count }, (_, i) => cifarRecord(first + i, [(first + i) % 10])));
  const source: Source = {
    ...datasets.cifar10.source,
    files: [
      writeData(place, "data_batch_1.bin", batch(0, 20)),
      writeData(place, "data_batch_2.bin", batch(20, 20)),
      writeData(place, "test_batch.bin", batch(40, 10)),
    ],
  };
  return { ...datasets.cifar10, train: 30, validation: 10, test: 10, source };
}

/** An idx file of bytes with its header. */
export function idxFile(shape: readonly number[], content: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 + shape.length);
  shape.forEach((size, i) => {
    header.writeUInt32BE(size, 4 + 4 * i);
  });
  return Buffer.concat([header, content]);
}

/** MNIST in small: 20 training and 10 test images, plain files in `folder`. */
export function smallMnist(folder: string): OfficialInfo {
  const images = (count: number) =>
    idxFile(
      [count, 28, 28],
      Uint8Array.from({ length: count * 784 }, (_, i) => i % 251),
    );
  const labels = (count: number) =>
    idxFile(
      [count],
      Uint8Array.from({ length: count }, (_, i) => i % 10),
    );
  const source: Source = {
    ...datasets.mnist.source,
    files: [
      writeData(folder, "train-images-idx3-ubyte", images(20)),
      writeData(folder, "train-labels-idx1-ubyte", labels(20)),
      writeData(folder, "t10k-images-idx3-ubyte", images(10)),
      writeData(folder, "t10k-labels-idx1-ubyte", labels(10)),
    ],
  };
  return { ...datasets.mnist, train: 10, validation: 10, test: 10, source };
}

/** A tar archive: for each file a header block of 512 bytes, its content in whole blocks; two empty blocks at the end. */
export function tarball(files: readonly { readonly name: string; readonly content: Buffer }[]): Buffer {
  const blocks = files.flatMap(({ name, content }) => {
    const header = Buffer.alloc(512);
    const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, "0")}\0`;
    header.write(name, 0);
    header.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(content.length, 12) + octal(0, 12), 100);
    header.write("        0", 148);
    header.write("ustar\x0000", 257);
    header.write(
      octal(
        header.reduce((sum, byte) => sum + byte, 0),
        8,
      ),
      148,
    );
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/**
 * CIFAR-10 in small as an archive that is served somewhere; one of its members is not expected.
 *
 * @param origin - folder that gets the files
 * @param url - where the archive is served
 * @param level - of its compression
 */
export function packedCifar10(origin: string, url: string, level = 6): { info: OfficialInfo; archive: Buffer } {
  const info = smallCifar10(origin);
  const members = info.source.files.map(({ name }) => {
    const member = path.join("cifar-10-batches-bin", name);
    return { name: member, content: fs.readFileSync(path.join(origin, member)) };
  });
  const readme = { name: "cifar-10-batches-bin/readme.html", content: Buffer.from("unexpected") };
  const archive = gzipSync(tarball([readme, ...members]), { level });
  const downloads = [{ name: "cifar-10-binary.tar.gz", md5: md5(archive) }];
  return { info: { ...info, source: { ...info.source, url, downloads } }, archive };
}
