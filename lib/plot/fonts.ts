import { readFileSync } from "node:fs";
import { parse } from "opentype.js";
import { isWide } from "../base/text-width";
import { type FontFile, readFontFile } from "./font-file";
import { FurtherFonts } from "./further-fonts";

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

/** @returns the paths of the family's four files */
export const fontFiles = (): string[] =>
  [false, true].flatMap((bold) => [false, true].map((italic) => fileOf({ bold, italic })));

let ownLetters: FontFile | undefined;
const further = new FurtherFonts();

/** What it takes to draw a text. */
export interface FontsOfText {
  readonly files: readonly string[];
  /** Letters that no font here has, each once. */
  readonly missing: readonly string[];
}

/**
 * The fonts to draw a text with: the family's, and others for letters that it lacks, such as Japanese ones.
 *
 * @param text - may be a whole SVG file
 * @param others - where to look for those letters
 */
export function fontsOf(text: string, others = further): FontsOfText {
  ownLetters ??= readFontFile(fileOf({ bold: false, italic: false }))!;
  const files = new Set(fontFiles());
  const missing: string[] = [];
  for (const letter of new Set(text)) {
    const codePoint = letter.codePointAt(0)!;
    if (
      codePoint < 0x7f ||
      ownLetters.has(codePoint) ||
      /[\p{Cc}\p{Z}\p{Default_Ignorable_Code_Point}]/u.test(letter)
    ) {
      continue;
    }
    const font = others.fontOf(codePoint);
    if (font) files.add(font.path);
    else missing.push(letter);
  }
  return { files: [...files], missing };
}

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
        const character = String.fromCodePoint(codePoint);
        const isFurther = font.charToGlyphIndex(character) === 0 && isWide(character);
        width = isFurther ? 1 : (font.charToGlyph(character).advanceWidth ?? 0) / font.unitsPerEm;
        advances.set(codePoint, width);
      }
      return width;
    },
  };
}
