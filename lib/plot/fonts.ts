import { readFileSync } from "node:fs";
import { parse } from "opentype.js";

/** The family the figures name first; the fonts come with the package, so no machine lacks them. */
export const fontFamily = "DejaVu Sans";

/** What a browser without DejaVu falls back to; Verdana's advances are nearly the same. */
export const fontStack = `${fontFamily}, Verdana, Arial, sans-serif`;

/** A face of the family. */
export interface Face {
  readonly bold: boolean;
  readonly italic: boolean;
}

/** What layout needs to know of a face, all in units of the font size. */
export interface FaceMetrics {
  readonly ascent: number;
  readonly descent: number;
  /** @returns the advance width of a Unicode character */
  advance(codePoint: number): number;
}

const fileOf = ({ bold, italic }: Face): string => {
  const style = `${bold ? "Bold" : ""}${italic ? "Oblique" : ""}`;
  return require.resolve(`dejavu-fonts-ttf/ttf/DejaVuSans${style && `-${style}`}.ttf`);
};

/** @returns the paths of the four font files */
export const fontFiles = (): string[] =>
  [false, true].flatMap((bold) => [false, true].map((italic) => fileOf({ bold, italic })));

const loaded = new Map<string, FaceMetrics>();

/**
 * Metrics of a face, from its font file.
 *
 * @param face - weight and slant
 * @returns its metrics, in units of the font size
 */
export function faceMetrics(face: Face): FaceMetrics {
  const file = fileOf(face);
  let metrics = loaded.get(file);
  if (!metrics) {
    metrics = readMetrics(file);
    loaded.set(file, metrics);
  }
  return metrics;
}

function readMetrics(file: string): FaceMetrics {
  const font = parse(Uint8Array.from(readFileSync(file)).buffer);
  const advances = new Map<number, number>();
  return {
    ascent: font.ascender / font.unitsPerEm,
    descent: -font.descender / font.unitsPerEm,
    advance(codePoint) {
      let width = advances.get(codePoint);
      if (width === undefined) {
        // charToGlyph, not getAdvanceWidth: the latter shapes the text first and fails on DejaVu's substitution tables.
        width = (font.charToGlyph(String.fromCodePoint(codePoint)).advanceWidth ?? 0) / font.unitsPerEm;
        advances.set(codePoint, width);
      }
      return width;
    },
  };
}
