import { type Face, faceMetrics } from "./fonts";

/** A rectangle, pixels; y grows downwards. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** How characters are drawn. */
export interface TextStyle extends Face {
  /** Font size, pixels. */
  readonly size: number;
}

/**
 * Width of a line of text: the sum of its glyphs' advances, without kerning.
 *
 * @param text - characters; zero-width ones count nothing
 * @param style - face and size
 * @returns the width in pixels
 */
export function textWidth(text: string, style: TextStyle): number {
  const { advance } = faceMetrics(style);
  let width = 0;
  for (const character of text) {
    if (character !== "\u200b") width += advance(character.codePointAt(0)!);
  }
  return width * style.size;
}

/** @returns the width of a line of text that is neither bold nor slanted, pixels */
export const plainWidth = (text: string, size: number): number => textWidth(text, { size, bold: false, italic: false });

/** @returns the smallest box around all of `boxes`, or undefined if there are none */
export function union(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) return undefined;
  return {
    left: Math.min(...boxes.map((box) => box.left)),
    top: Math.min(...boxes.map((box) => box.top)),
    right: Math.max(...boxes.map((box) => box.right)),
    bottom: Math.max(...boxes.map((box) => box.bottom)),
  };
}

/** Characters that are written in one go, and the box around them. */
export interface TextRun extends Box {
  readonly characters: string;
  readonly style: TextStyle;
  /** Height of the line they stand on. */
  readonly baseline: number;
  /** The element that they are in, `<text>` or `<tspan>`. */
  readonly element: Element;
}

/** Where the pen is, and the runs of the anchored chunk it is writing. */
interface Pen {
  x: number;
  y: number;
  chunk: TextRun[];
  readonly done: TextRun[];
}

/**
 * Box of an SVG `<text>` in its own coordinates, before its transform.
 *
 * Follows the parts of SVG text layout Plotly uses: `<tspan>`s with x, y, dx, dy and their own font size, weight and
 * slant; `text-anchor` for each chunk that starts at an absolute x.
 *
 * @param text - a `<text>` element
 * @returns its box in pixels, or undefined if it has no characters
 */
export const textBox = (text: Element): Box | undefined => union(textRuns(text));

/** @returns what is written in an SVG `<text>`, run by run, in its own coordinates */
export function textRuns(text: Element): readonly TextRun[] {
  const pen: Pen = { x: 0, y: 0, chunk: [], done: [] };
  write(text, pen, styleOf(text, { size: 12, bold: false, italic: false }), "start");
  return pen.done;
}

function write(element: Element, pen: Pen, style: TextStyle, inherited: string): void {
  const anchor = property(element, "text-anchor") || inherited;
  move(element, pen, style, anchor);
  for (const child of element.childNodes) {
    if (child.nodeType === child.TEXT_NODE) put(child.nodeValue ?? "", pen, style, element);
    else if (child.nodeType === child.ELEMENT_NODE) {
      write(child as Element, pen, styleOf(child as Element, style), anchor);
    }
  }
  if (element.hasAttribute("x") || element.tagName === "text") finishChunk(pen, anchor);
}

function move(element: Element, pen: Pen, style: TextStyle, anchor: string): void {
  const x = element.getAttribute("x");
  if (x !== null) {
    finishChunk(pen, anchor);
    pen.x = Number.parseFloat(x);
  }
  const y = element.getAttribute("y");
  if (y !== null) pen.y = Number.parseFloat(y);
  pen.x += length(element.getAttribute("dx"), style.size);
  pen.y += length(element.getAttribute("dy"), style.size);
}

function put(characters: string, pen: Pen, style: TextStyle, element: Element): void {
  const width = textWidth(characters, style);
  if (width === 0) return;
  const { ascent, descent } = faceMetrics(style);
  pen.chunk.push({
    ...{ characters, style, element, baseline: pen.y },
    left: pen.x,
    // Browsers round a line's ascent and descent to whole pixels.
    top: pen.y - Math.round(ascent * style.size),
    right: pen.x + width,
    bottom: pen.y + Math.round(descent * style.size),
  });
  pen.x += width;
}

function finishChunk(pen: Pen, anchor: string): void {
  const extent = union(pen.chunk);
  if (!extent) return;
  const width = extent.right - extent.left;
  const shift = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0;
  pen.done.push(...pen.chunk.map((box) => ({ ...box, left: box.left - shift, right: box.right - shift })));
  pen.chunk = [];
  pen.x -= shift;
}

/** @returns the font of `element`, with what it does not say taken from `parent` */
function styleOf(element: Element, parent: TextStyle): TextStyle {
  const size = property(element, "font-size");
  const weight = property(element, "font-weight");
  const slant = property(element, "font-style");
  return {
    size: size ? length(size, parent.size) : parent.size,
    bold: weight ? weight === "bold" || Number(weight) >= 600 : parent.bold,
    italic: slant ? slant !== "normal" : parent.italic,
  };
}

/** @returns what an element says itself of a property, in its style or as an attribute */
export function property(element: Element, name: string): string {
  const style = element.getAttribute("style") ?? "";
  const found = new RegExp(`(?:^|[;\\s])${name}:\\s*([^;]+)`).exec(style);
  return (found?.[1] ?? element.getAttribute(name) ?? "").trim();
}

/** @returns a CSS length in pixels; em and % are of `fontSize` */
function length(value: string | null, fontSize: number): number {
  const number = Number.parseFloat(value || "0");
  if (value?.endsWith("em")) return number * fontSize;
  if (value?.endsWith("%")) return (number / 100) * fontSize;
  return number;
}
