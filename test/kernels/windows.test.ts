import { describe, expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference-windows";
import { Arena, normals, worstError } from "./arena";
import { both } from "./scalar-tiers";

const cases: reference.Windows[] = [
  { batch: 1, size: 1, channels: 1, kernel: 1, stride: 1, padding: 0 },
  { batch: 2, size: 1, channels: 3, kernel: 3, stride: 1, padding: 1 },
  { batch: 2, size: 8, channels: 1, kernel: 3, stride: 1, padding: 1 },
  { batch: 3, size: 8, channels: 3, kernel: 3, stride: 2, padding: 1 },
  { batch: 1, size: 7, channels: 5, kernel: 3, stride: 2, padding: 1 },
  { batch: 2, size: 9, channels: 4, kernel: 2, stride: 3, padding: 0 },
  { batch: 1, size: 33, channels: 2, kernel: 7, stride: 4, padding: 3 },
  { batch: 1, size: 3, channels: 2, kernel: 5, stride: 1, padding: 4 },
  { batch: 1, size: 2, channels: 1, kernel: 1, stride: 1, padding: 3 },
];

const rowFloats = (windows: reference.Windows) =>
  windows.batch * reference.windowsAcross(windows) ** 2 * windows.kernel ** 2 * windows.channels;
const imageFloats = ({ batch, size, channels }: reference.Windows) => batch * size ** 2 * channels;

describe.each(cases)(
  "$batch images of $size² × $channels, kernel $kernel, stride $stride, padding $padding:",
  (windows) => {
    const random = new Random(windows.size, windows.kernel, windows.stride, windows.channels);
    const [images, dy] = [normals(random, imageFloats(windows)), normals(random, rowFloats(windows))];

    test("windows are the same in all tiers", () => {
      const [scalar, simd] = both((kernels, arena) => {
        const rows = arena.room(dy.length);
        expect(kernels.unfold({ images: arena.put(images), rows, ...windows })).toBe(0);
        return arena.read(rows, dy.length);
      });
      expect([...scalar]).toEqual([...reference.unfold(images, windows)]);
      expect(simd).toEqual(scalar);
    });

    test("folding adds up what stands for a pixel, and is the transpose", () => {
      const arena = new Arena();
      const to = arena.room(images.length);
      arena.kernels.fold({ rows: arena.put(dy), images: to, ...windows });
      expect(arena.intact()).toBe(true);
      const folded = arena.read(to, images.length);
      expect(worstError(folded, reference.fold(dy, windows))).toBeLessThan(1e-6);
      const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
        Array.from(a).reduce((sum, x, i) => sum + x * b[i], 0);
      expect(dot(reference.unfold(images, windows), dy)).toBeCloseTo(dot(images, folded), 3);
    });
  },
);

test("without padding, a window as wide as its step is a patch", () => {
  const windows = { batch: 2, size: 6, channels: 3, kernel: 3, stride: 3, padding: 0 };
  const images = normals(new Random(1), imageFloats(windows));
  both((kernels, arena) => {
    const [from, rows, patches] = [arena.put(images), arena.room(images.length), arena.room(images.length)];
    kernels.unfold({ images: from, rows, ...windows });
    kernels.patchify({ images: from, patches, batch: 2, size: 6, patch: 3, channels: 3 });
    expect(arena.read(rows, images.length)).toEqual(arena.read(patches, images.length));
    return images;
  });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
  "%d is found where a window holds it",
  (odd) => {
    const windows = { batch: 1, size: 4, channels: 1, kernel: 1, stride: 2, padding: 0 };
    for (const [at, found] of [
      [0, 1],
      [1, 0],
      [10, 1],
      [15, 0],
    ]) {
      const images = normals(new Random(1), 16);
      images[at] = odd;
      both((kernels, arena) => {
        expect(kernels.unfold({ images: arena.put(images), rows: arena.room(4), ...windows })).toBe(found);
        return images;
      });
    }
  },
);
