import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../lib/base/errors";
import { kitRoot } from "../../lib/base/kit-root";
import type { Dataset, Split } from "../../lib/data/dataset";
import { loadDataset } from "../../lib/data/load";
import { colorImage, grayImage } from "../../lib/data/preview";
import { readDigits } from "../../lib/data/read-digits";
import { datasetNames, datasets } from "../../lib/data/sets";
import { stratifiedOrder } from "../../lib/data/stratify";
import { verifyDataset } from "../../lib/data/verify";
import { temporaryFolder } from "./official-fixture";

const folder = temporaryFolder();
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Drawn once for all tests of this file. */
const shapesLoaded = loadDataset({ name: "shapes" });

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(b);

const classCounts = (split: Split, classes: number): number[] => {
  const counts = new Array<number>(classes).fill(0);
  for (const label of split.labels) counts[label]++;
  return counts;
};

/** Mean and standard deviation of one channel, the plain way. */
function statistics({ train, channels, maxValue }: Dataset, channel: number): [number, number] {
  const count = train.pixels.length / channels;
  let sum = 0;
  for (let i = channel; i < train.pixels.length; i += channels) sum += train.pixels[i] / maxValue;
  let squares = 0;
  for (let i = channel; i < train.pixels.length; i += channels) {
    squares += (train.pixels[i] / maxValue - sum / count) ** 2;
  }
  return [sum / count, Math.sqrt(squares / count)];
}

describe("digits", () => {
  it("are the 1,797 images of the source, split for good", async () => {
    const digits = await loadDataset({ name: "digits" });
    expect([digits.train.count, digits.validation.count, digits.test.count]).toEqual([1257, 180, 360]);
    expect(digits.sha256).toBe("04cd2fbda96a248963c80c4379b44e593b2bc19f946453e0fe856529d60e4c5f");
    const splits = [digits.train, digits.validation, digits.test];
    const total = splits.map((split) => classCounts(split, 10)).reduce((a, b) => a.map((n, i) => n + b[i]));
    expect(total).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    for (const split of splits) {
      const share = split.count / 1797;
      classCounts(split, 10).forEach((count, digit) => {
        expect(Math.abs(count - share * total[digit])).toBeLessThan(1.5);
      });
    }
    expect(Math.max(...digits.train.pixels)).toBe(16);
  });

  it("are refused if a byte of the file has changed, or if it is gone", async () => {
    const content = fs.readFileSync(path.join(kitRoot(), "data", "digits", "digits.csv.gz"));
    content[1000] ^= 1;
    const damaged = path.join(folder, "digits.csv.gz");
    fs.writeFileSync(damaged, content);
    await expect(readDigits(damaged)).rejects.toThrow(/damaged: its SHA-256 is .*`git checkout/s);
    await expect(readDigits(path.join(folder, "none"))).rejects.toThrow(/cannot be read.*`git checkout/s);
  });
});

describe("shapes", () => {
  it("are the same bytes as when they were recorded, the classes in equal numbers", async () => {
    const shapes = await shapesLoaded;
    expect(shapes.sha256).toBe(datasets.shapes.sha256);
    expect(classCounts(shapes.train, 10)).toEqual(new Array(10).fill(800));
    expect(classCounts(shapes.test, 10)).toEqual(new Array(10).fill(100));
    // No image of one split is in another: the streams differ.
    const first = (split: Split) => Buffer.from(split.pixels.subarray(0, 3072)).toString("hex");
    expect(new Set([first(shapes.train), first(shapes.validation), first(shapes.test)]).size).toBe(3);
  });
});

describe("loadDataset", () => {
  it("computes mean and standard deviation of each training channel", async () => {
    for (const dataset of [await loadDataset({ name: "digits" }), await shapesLoaded]) {
      for (let c = 0; c < dataset.channels; c++) {
        const [mean, std] = statistics(dataset, c);
        expect(dataset.mean[c]).toBeCloseTo(mean, 9);
        expect(dataset.std[c]).toBeCloseTo(std, 9);
      }
    }
  });

  it("keeps the first trainLimit images, balanced, and leaves the other splits alone", async () => {
    const all = await loadDataset({ name: "digits" });
    const some = await loadDataset({ name: "digits", trainLimit: 200 });
    expect(some.train.count).toBe(200);
    expect(same(some.train.pixels, all.train.pixels.subarray(0, 200 * 64))).toBe(true);
    expect(same(some.train.labels, all.train.labels.subarray(0, 200))).toBe(true);
    expect(same(some.test.pixels, all.test.pixels)).toBe(true);
    expect(some.sha256).not.toBe(all.sha256);
    for (const count of classCounts(some.train, 10)) expect(Math.abs(count - 20)).toBeLessThan(3);
  });

  it("refuses unknown names and limits that cannot be", async () => {
    const unknown = loadDataset({ name: "imagenet" as "digits" });
    await expect(unknown).rejects.toThrow(ConfigError);
    await expect(unknown).rejects.toThrow(/"imagenet"; expected one of digits, shapes, cifar10/);
    for (const trainLimit of [0, -1, 1.5, 1258, Number.NaN]) {
      await expect(loadDataset({ name: "digits", trainLimit })).rejects.toThrow(/whole number from 1 to 1257/);
    }
  });
});

describe("stratifiedOrder", () => {
  it("is a permutation whose every prefix has the classes in proportion", () => {
    const labels = Uint8Array.from({ length: 300 }, (_, i) => (i < 150 ? 0 : i < 250 ? 1 : 2));
    const order = stratifiedOrder(labels, 7);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i));
    const seen = [0, 0, 0];
    order.forEach((image, i) => {
      seen[labels[image]]++;
      [150, 100, 50].forEach((size, c) => {
        expect(Math.abs(seen[c] - ((i + 1) * size) / 300)).toBeLessThanOrEqual(1);
      });
    });
    expect(stratifiedOrder(labels, 7)).toEqual(order);
    expect(stratifiedOrder(labels, 8)).not.toEqual(order);
  });
});

describe("previews and checks", () => {
  it("show pixels at their place: rows from the top, 0 … 1 grey, 0 … 255 colour", async () => {
    const digits = await loadDataset({ name: "digits" });
    const gray = grayImage(digits, digits.test, 5);
    expect(gray.flat().map((value) => value * 16)).toEqual([...digits.test.pixels.subarray(5 * 64, 6 * 64)]);
    const shapes = await shapesLoaded;
    expect(colorImage(shapes, shapes.test, 2).flat(2)).toEqual([...shapes.test.pixels.subarray(2 * 3072, 3 * 3072)]);
    expect(() => grayImage(digits, digits.test, 360)).toThrow(/no image 360; expected 0 … 359/);
  });

  it("find the embedded and the generated data set whole", async () => {
    expect(datasetNames).toEqual(["digits", "shapes", "cifar10", "cifar100", "mnist", "fashion-mnist"]);
    expect(await verifyDataset(datasets.digits)).toMatchObject({ state: "ok" });
    expect(await verifyDataset(datasets.shapes)).toMatchObject({ state: "ok" });
  });
});
