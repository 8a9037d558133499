/** A square of a picture, pixels. */
export interface Square {
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** @returns the largest square in the middle of a picture */
export function middleSquare(width: number, height: number): Square {
  const size = Math.min(width, height);
  return { x: Math.floor((width - size) / 2), y: Math.floor((height - size) / 2), size };
}

/**
 * A square picture in fewer pixels, each the mean of those it stands for.
 *
 * @param rgba - bytes of red, green, blue and opacity; shape [from, from, 4]
 * @param to - divides `from`
 * @returns bytes of red, green and blue, what is not opaque on white; shape [to, to, 3]
 */
export function averaged(rgba: ArrayLike<number>, from: number, to: number): Uint8Array {
  const step = from / to;
  if (!Number.isInteger(step)) throw new RangeError(`${from} pixels do not make ${to}: a multiple was expected.`);
  const pixels = new Uint8Array(to * to * 3);
  for (let y = 0; y < to; y++) {
    for (let x = 0; x < to; x++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let i = 0; i < step * step; i++) {
          const at = 4 * ((y * step + Math.floor(i / step)) * from + x * step + (i % step));
          const opacity = rgba[at + 3] / 255;
          sum += opacity * rgba[at + channel] + (1 - opacity) * 255;
        }
        pixels[3 * (y * to + x) + channel] = Math.round(sum / (step * step));
      }
    }
  }
  return pixels;
}

/** @returns bytes of red, green and blue with an opacity of 1 behind each, as a canvas takes them */
export function opaque(rgb: Uint8Array): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray((rgb.length / 3) * 4).fill(255);
  for (let i = 0; i < rgb.length; i++) rgba[4 * Math.floor(i / 3) + (i % 3)] = rgb[i];
  return rgba;
}
