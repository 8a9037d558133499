/**
 * Images [batch, size, size, channels] to patches [batch, (size / patch)², patch · patch · channels], each flattened in
 * the order of a convolution kernel: a line of a patch, patch · channels floats, is contiguous on both sides.
 *
 * @returns 1 if a pixel was not finite, else 0
 */
export function patchify(images: usize, patches: usize, batch: i32, size: i32, patch: i32, channels: i32): i32 {
  const line = patch * channels;
  const rowBytes: usize = <usize>(size * channels) << 2;
  let odd = 0; // negative once an exponent is all ones
  for (let band = 0; band < (batch * size) / patch; band++) {
    for (let left = 0; left < size * channels; left += line) {
      let from = images + (<usize>left << 2);
      for (let row = 0; row < patch; row++) {
        for (let i = 0; i < line; i++) {
          const bits = i32.load(from + (<usize>i << 2));
          odd |= (bits & 0x7f800000) + 0x00800000;
          i32.store(patches, bits);
          patches += 4;
        }
        from += rowBytes;
      }
    }
    images += rowBytes * patch;
  }
  return odd < 0 ? 1 : 0;
}
