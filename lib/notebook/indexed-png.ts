import { deflateSync } from "node:zlib";
import { createCanvas, loadImage } from "@napi-rs/canvas";

/** Colours a palette holds. */
const paletteSize = 256;

/** Colours as near as this, in squared steps of red, green and blue together, pass for one. */
const alike = 50;

/** A picture with more than this share of pixels unlike any of its palette is a photograph and stays as it is. */
const largestInexactShare = 0.05;

/**
 * Rewrites a drawing's PNG with a palette of its most frequent colours, about a third of the bytes.
 *
 * Lines and text on white have few colours but for the soft edges, whose rare shades take the nearest of the palette.
 * Colours like one that is in the palette already stay out of it, which leaves room for the steps of a colour bar.
 *
 * @param png - a PNG file without transparency
 * @returns a smaller PNG file that looks the same; `png` itself if it has the colours of a photograph
 */
export async function indexedPng(png: Buffer): Promise<Buffer> {
  const image = await loadImage(png);
  const { width, height } = image;
  const context = createCanvas(width, height).getContext("2d");
  context.drawImage(image, 0, 0);
  const pixels = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);

  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const byFrequency = [...counts].sort(([p, m], [q, n]) => n - m || p - q);
  const palette: number[] = [];
  const indexOf = new Map<number, number>();
  let inexact = 0;
  for (const [color, count] of byFrequency) {
    let { index, distance } = nearest(palette, color);
    if (distance > alike && palette.length < paletteSize) [index, distance] = [palette.push(color) - 1, 0];
    indexOf.set(color, index);
    if (distance > alike) inexact += count;
  }
  if (inexact > largestInexactShare * pixels.length) return png;

  // A byte that names the row's filter, none, goes before each row.
  const rows = Buffer.alloc(height * (width + 1));
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) rows[y * (width + 1) + 1 + x] = indexOf.get(pixels[i])!;
  }
  return encode(width, height, palette, rows);
}

function nearest(palette: readonly number[], color: number): { index: number; distance: number } {
  let [index, distance] = [0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < palette.length && distance > 0; i++) {
    let sum = 0;
    for (const shift of [0, 8, 16]) sum += (((palette[i] >> shift) & 255) - ((color >> shift) & 255)) ** 2;
    if (sum < distance) [index, distance] = [i, sum];
  }
  return { index, distance };
}

/** Reference: *Portable Network Graphics (PNG) Specification*, W3C, sections 5 and 11.2. */
function encode(width: number, height: number, palette: readonly number[], rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const colors = Buffer.from(palette.flatMap((color) => [color & 255, (color >> 8) & 255, (color >> 16) & 255]));
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("PLTE", colors),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** zlib.crc32 would do, but came with Node 20.15. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
