/**
 * The windows of a convolution as rows, so that it becomes a product with its kernel [kernel · kernel · channels, outputs].
 *
 *     images   [batch, size, size, channels]
 *     rows     [batch · out², kernel · kernel · channels], out = (size + 2 padding − kernel) / stride + 1, rounded down;
 *              a window's lines one after the other, each `kernel` pixels; what lies outside is 0
 *
 * The window of output (y, x) starts at pixel (y · stride − padding, x · stride − padding).
 *
 * @returns 1 if a pixel that a window holds is not finite, else 0
 */
export function unfold(
  images: usize,
  rows: usize,
  batch: i32,
  size: i32,
  channels: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
): i32 {
  return eachLine(images, rows, batch, size, channels, kernel, stride, padding, false);
}

/** Its transpose, and so its gradient: every element of the rows is added to the pixel that it came from. */
export function fold(
  rows: usize,
  images: usize,
  batch: i32,
  size: i32,
  channels: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
): void {
  memory.fill(images, 0, <usize>(batch * size * size * channels) << 2);
  eachLine(images, rows, batch, size, channels, kernel, stride, padding, true);
}

/** Copies every line of every window into the rows; or, `back`, adds it to the images. */
// @ts-ignore: decorator
@inline // `back` is a constant then
function eachLine(
  images: usize,
  rows: usize,
  batch: i32,
  size: i32,
  channels: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
  back: bool,
): i32 {
  const out = (size + 2 * padding - kernel) / stride + 1;
  const pixelBytes: usize = <usize>channels << 2;
  const lineBytes = pixelBytes * kernel;
  let odd = 0; // negative once an exponent is all ones
  for (let image = 0; image < batch; image++) {
    for (let y = 0; y < out; y++) {
      for (let x = 0; x < out; x++) {
        const left = x * stride - padding;
        const first = max(left, 0);
        const inside = max(min(left + kernel, size) - first, 0);
        for (let line = 0; line < kernel; line++) {
          const from = y * stride - padding + line;
          if (!back) memory.fill(rows, 0, lineBytes);
          if (from >= 0 && from < size) {
            const pixels = images + <usize>(from * size + first) * pixelBytes;
            const entries = rows + <usize>(first - left) * pixelBytes;
            for (let i: usize = 0; i < <usize>inside * pixelBytes; i += 4) {
              if (back) {
                f32.store(pixels + i, f32.load(pixels + i) + f32.load(entries + i));
              } else {
                const bits = i32.load(pixels + i);
                odd |= (bits & 0x7f800000) + 0x00800000;
                i32.store(entries + i, bits);
              }
            }
          }
          rows += lineBytes;
        }
      }
    }
    images += <usize>(size * size) * pixelBytes;
  }
  return odd < 0 ? 1 : 0;
}
