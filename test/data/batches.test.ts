import { describe, expect, it } from "vitest";
import { Random } from "../../lib/base/random";
import { type Batch, batches, normalize } from "../../lib/data/batches";
import type { Dataset, Split } from "../../lib/data/dataset";
import { firstImages } from "../../lib/data/stratify";

/** Seven images of 4×4 pixels and two channels, every byte different within an image and never 0. */
const imageBytes = 4 * 4 * 2;
const split: Split = {
  pixels: Uint8Array.from({ length: 7 * imageBytes }, (_, i) => 1 + (i % imageBytes) + 32 * Math.floor(i / imageBytes)),
  labels: Uint8Array.from([4, 0, 1, 2, 3, 5, 6]),
  count: 7,
};
const dataset: Dataset = {
  name: "toy",
  imageSize: 4,
  channels: 2,
  numClasses: 7,
  classNames: ["a", "b", "c", "d", "e", "f", "g"],
  maxValue: 255,
  mean: [0.5, 0.25],
  std: [0.2, 0.4],
  train: split,
  validation: split,
  test: split,
  sha256: "",
};

const normalized = (byte: number, channel: number): number =>
  Math.fround((byte / 255 - dataset.mean[channel]) / dataset.std[channel]);

/** Back from normalized values to bytes. */
const bytesOf = ({ images }: Batch): number[] =>
  Array.from(images, (value, i) => Math.round((value * dataset.std[i % 2] + dataset.mean[i % 2]) * 255));

describe("batches", () => {
  it("come in order without a generator, the last one smaller, normalized by channel", () => {
    const all = [...batches(dataset, split, { batchSize: 3 })];
    expect(all.map((batch) => batch.count)).toEqual([3, 3, 1]);
    expect(all.flatMap((batch) => [...batch.labels])).toEqual([...split.labels]);
    expect(all.flatMap((batch) => [...batch.images])).toEqual(
      Array.from(split.pixels, (byte, i) => normalized(byte, i % 2)),
    );
  });

  it("hold every image once in an order that follows the generator", () => {
    const run = (seed: number) => [...batches(dataset, split, { batchSize: 2, random: new Random(seed) })];
    const labels = run(3).flatMap((batch) => [...batch.labels]);
    expect(labels).not.toEqual([...split.labels]);
    expect([...labels].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(run(3)).toEqual(run(3));
    expect(run(4).flatMap((batch) => [...batch.labels])).not.toEqual(labels);
    for (const batch of run(3)) {
      batch.labels.forEach((label, i) => {
        const image = split.labels.indexOf(label);
        expect(bytesOf(batch)[i * imageBytes]).toBe(split.pixels[image * imageBytes]);
      });
    }
  });

  it("refuse a batch size of 0 and augmentation without a generator", () => {
    expect(() => [...batches(dataset, split, { batchSize: 0 })]).toThrow(/batchSize is 0/);
    const augment = { cropPadding: 1, flip: false };
    expect(() => [...batches(dataset, split, { batchSize: 1, augment })]).toThrow(/needs a generator/);
  });

  it("are not changed by augmentation that is off", () => {
    const plain = [...batches(dataset, split, { batchSize: 4, random: new Random(1) })];
    const augment = { cropPadding: 0, flip: false };
    expect([...batches(dataset, split, { batchSize: 4, random: new Random(1), augment })]).toEqual(plain);
  });
});

describe("augmentation", () => {
  /** Image 0, moved and mirrored the slow way. */
  const expected = (shiftX: number, shiftY: number, mirror: boolean): string => {
    const out: number[] = [];
    for (let y = 0; y < 4; y++) {
      for (let x = 0; x < 4; x++) {
        const [fromX, fromY] = [(mirror ? 3 - x : x) + shiftX, y + shiftY];
        const inside = fromX >= 0 && fromX < 4 && fromY >= 0 && fromY < 4;
        for (let c = 0; c < 2; c++) out.push(inside ? split.pixels[(fromY * 4 + fromX) * 2 + c] : 0);
      }
    }
    return out.join();
  };

  it("gives each crop and its mirror image, padded with byte 0, about equally often", () => {
    const seen = new Map<string, number>();
    const random = new Random(5);
    for (let i = 0; i < 1800; i++) {
      const batch = normalize(dataset, split, [0], { cropPadding: 1, flip: true, random });
      const key = bytesOf(batch).join();
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
    const all = [-1, 0, 1].flatMap((y) =>
      [-1, 0, 1].flatMap((x) => [false, true].map((mirror) => expected(x, y, mirror))),
    );
    expect([...seen.keys()].sort()).toEqual([...all].sort());
    for (const count of seen.values()) expect(Math.abs(count - 100)).toBeLessThan(45);
  });

  it("mirrors without moving when there is no padding", () => {
    const random = new Random(6);
    const augment = { cropPadding: 0, flip: true, random };
    const seen = new Set(Array.from({ length: 20 }, () => bytesOf(normalize(dataset, split, [0], augment)).join()));
    expect(seen).toEqual(new Set([expected(0, 0, false), expected(0, 0, true)]));
  });

  it("goes on alike from a restored generator", () => {
    const random = new Random(8);
    const options = { batchSize: 3, augment: { cropPadding: 2, flip: true } };
    [...batches(dataset, split, { ...options, random })];
    const state = random.state();
    const next = [...batches(dataset, split, { ...options, random })];
    expect([...batches(dataset, split, { ...options, random: Random.restore(state) })]).toEqual(next);
  });
});

describe("firstImages", () => {
  it("is a split of the first ones", () => {
    expect(firstImages(split, 2)).toEqual({
      pixels: split.pixels.slice(0, 2 * imageBytes),
      labels: Uint8Array.of(4, 0),
      count: 2,
    });
    expect(firstImages(split, 7)).toEqual(split);
  });

  it("refuses more than there are, and none", () => {
    for (const count of [0, 2.5, 8]) expect(() => firstImages(split, count)).toThrow(`from 1 to 7, got ${count}.`);
  });
});
