/** The kernels of convolutions in plain TypeScript, one loop over every element of every window. */

import type { Floats } from "./reference";

/** Images [batch, size, size, channels] and the windows that go over them. */
export interface Windows {
  readonly batch: number;
  readonly size: number;
  readonly channels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

/** Windows in a line of an image. */
export const windowsAcross = ({ size, kernel, stride, padding }: Windows): number =>
  Math.floor((size + 2 * padding - kernel) / stride) + 1;

/** Hands over every element: its place among the rows, and that of its pixel, undefined outside of the image. */
function eachElement(windows: Windows, visit: (at: number, pixel: number | undefined) => void): void {
  const { batch, size, channels, kernel, stride, padding } = windows;
  const across = windowsAcross(windows);
  let at = 0;
  for (let image = 0; image < batch; image++) {
    for (let y = 0; y < across; y++) {
      for (let x = 0; x < across; x++) {
        for (let dy = 0; dy < kernel; dy++) {
          for (let dx = 0; dx < kernel; dx++) {
            for (let c = 0; c < channels; c++) {
              const [line, column] = [y * stride - padding + dy, x * stride - padding + dx];
              const inside = line >= 0 && line < size && column >= 0 && column < size;
              visit(at++, inside ? ((image * size + line) * size + column) * channels + c : undefined);
            }
          }
        }
      }
    }
  }
}

/** Rows [batch · across², kernel² · channels] */
export function unfold(images: Floats, windows: Windows): Float64Array {
  const { batch, kernel, channels } = windows;
  const rows = new Float64Array(batch * windowsAcross(windows) ** 2 * kernel ** 2 * channels);
  eachElement(windows, (at, pixel) => {
    rows[at] = pixel === undefined ? 0 : images[pixel];
  });
  return rows;
}

/** Images: of each pixel, the sum of what stands for it in the rows */
export function fold(rows: Floats, windows: Windows): Float64Array {
  const images = new Float64Array(windows.batch * windows.size ** 2 * windows.channels);
  eachElement(windows, (at, pixel) => {
    if (pixel !== undefined) images[pixel] += rows[at];
  });
  return images;
}
