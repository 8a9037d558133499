import { fontStack } from "./font-stack";
import type { Face, FaceMetrics } from "./fonts";

export type { Face, FaceMetrics } from "./fonts";

/** Size that letters are measured at, pixels. */
const size = 100;

/** What takes the place of fonts.ts in a page: what the reader's own fonts measure, in units of the font size. */
export function faceMetrics({ bold, italic }: Face): FaceMetrics {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  if (!context) throw new Error("This browser measures no text, so it draws no figures.");
  context.font = `${italic ? "italic " : ""}${bold ? "bold " : ""}${size}px ${fontStack}`;
  const line = context.measureText("x");
  return {
    ascent: line.fontBoundingBoxAscent / size,
    descent: line.fontBoundingBoxDescent / size,
    advance: (codePoint) => context.measureText(String.fromCodePoint(codePoint)).width / size,
  };
}
