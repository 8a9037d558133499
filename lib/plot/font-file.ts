import { closeSync, openSync, readSync } from "node:fs";

/** A font file, as far as it is needed to know which letters it has. */
export interface FontFile {
  readonly path: string;
  /** @returns whether it has an outline for a Unicode character */
  has(codePoint: number): boolean;
}

/**
 * Reads which letters a TrueType or OpenType font has; of a collection, those of its first font.
 *
 * opentype.js reads no collections, and most Japanese fonts of operating systems are such.
 *
 * @param path - a .ttf, .otf or .ttc file
 * @returns the font, or undefined if the file is none, or holds pictures instead of outlines
 *
 * Reference: ISO/IEC 14496-22, *Open Font Format*, cmap subtables of formats 4 and 12.
 */
export function readFontFile(path: string): FontFile | undefined {
  try {
    const tables = tablesOf(path);
    const cmap = tables.get("cmap");
    if (!cmap || !["glyf", "CFF ", "CFF2"].some((tag) => tables.has(tag))) return undefined;
    const ranges = rangesOf(part(path, cmap.offset, cmap.length));
    return { path, has: (codePoint) => ranges.some(([first, last]) => first <= codePoint && codePoint <= last) };
  } catch (error) {
    if (error instanceof RangeError || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}

interface Table {
  readonly offset: number;
  readonly length: number;
}

function tablesOf(path: string): Map<string, Table> {
  const start = part(path, 0, 16);
  const at = start.toString("latin1", 0, 4) === "ttcf" ? start.readUInt32BE(12) : 0;
  const count = part(path, at, 6).readUInt16BE(4);
  const entries = part(path, at + 12, 16 * count);
  return new Map(
    Array.from({ length: count }, (_, i) => {
      const entry = entries.subarray(16 * i, 16 * i + 16);
      return [entry.toString("latin1", 0, 4), { offset: entry.readUInt32BE(8), length: entry.readUInt32BE(12) }];
    }),
  );
}

/** First and last of the characters in a row that have glyphs. */
function rangesOf(cmap: Buffer): [number, number][] {
  const offsets = Array.from({ length: cmap.readUInt16BE(2) }, (_, i) => cmap.readUInt32BE(8 + 8 * i));
  const formats = offsets.map((at) => ({ at, format: cmap.readUInt16BE(at) }));
  const whole = formats.find(({ format }) => format === 12);
  if (whole) {
    return Array.from({ length: cmap.readUInt32BE(whole.at + 12) }, (_, i) => {
      const group = whole.at + 16 + 12 * i;
      return [cmap.readUInt32BE(group), cmap.readUInt32BE(group + 4)];
    });
  }
  const basic = formats.find(({ format }) => format === 4);
  if (!basic) return [];
  const doubled = cmap.readUInt16BE(basic.at + 6); // two bytes a segment
  return Array.from({ length: doubled / 2 }, (_, i): [number, number] => {
    const last = cmap.readUInt16BE(basic.at + 14 + 2 * i);
    const first = cmap.readUInt16BE(basic.at + 16 + doubled + 2 * i);
    return [first, Math.min(last, 0xfffe)]; // the last segment closes the list with 0xffff
  });
}

function part(path: string, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(Math.min(length, 2 ** 24));
  const file = openSync(path, "r");
  try {
    const read = readSync(file, bytes, 0, bytes.length, from);
    return bytes.subarray(0, read);
  } finally {
    closeSync(file);
  }
}
