import { DataError } from "../errors";
import type { ModelConfig } from "../vit/config";

/**
 * Cuts images into patches, each flattened in the order of a convolution kernel; `lib/ops/patchify.ts` on the host.
 *
 * @param images - row-major; shape [B, S, S, c]
 * @param patches - is filled; shape [B, (S/p)², p·p·c]
 * @throws DataError if a pixel is not finite
 */
export function cutPatches(
  { imageSize, patchSize, channels }: ModelConfig,
  images: Float32Array,
  patches: Float32Array,
): void {
  const line = patchSize * channels;
  let to = 0;
  const bits = new Int32Array(images.buffer, images.byteOffset, images.length);
  let odd = 0; // negative once an exponent is all ones: NaN or infinite
  for (let top = 0; top < images.length; top += patchSize * imageSize * channels) {
    for (let left = 0; left < imageSize * channels; left += line) {
      for (let row = 0; row < patchSize; row++) {
        const from = top + left + row * imageSize * channels;
        for (let i = 0; i < line; i++) {
          odd |= (bits[from + i] & 0x7f800000) + 0x00800000;
          patches[to++] = images[from + i];
        }
      }
    }
  }
  if (odd < 0) throw new DataError("An image holds a pixel that is not a finite number. Check how it was normalized.");
}
