import { GlobalFonts, PDFDocument, type SKRSContext2D } from "@napi-rs/canvas";
import { JSDOM } from "jsdom";
import { fontFamily } from "./font-stack";
import { fontFiles, fontsOf } from "./fonts";
import { drawSvg } from "./svg-on-canvas";

/** What a PDF file says of itself, for those who look for it or cannot see it. */
export interface PdfAbout {
  readonly title: string;
  readonly description: string;
}

/** A point, the unit of PDF, is a 72nd of an inch; a pixel of SVG is a 96th. */
const pointsPerPixel = 72 / 96;

/**
 * A drawing of `toSvg` as a PDF of one page: lines are lines and letters are letters of embedded fonts, so that it is sharp
 * in any size and its text can be searched. The same bytes every time: it holds no date.
 *
 * @param svg - the text of an SVG file
 * @param about - title and description
 * @returns the bytes of a PDF file, its page as large as the drawing is at 96 pixels an inch
 */
export function svgToPdf(svg: string, about: PdfAbout): Buffer {
  const root = new JSDOM(svg, { contentType: "image/svg+xml" }).window.document.documentElement;
  const [width, height] = ["width", "height"].map((name) => Number(root.getAttribute(name)));
  const [, , ownWidth] = (root.getAttribute("viewBox") ?? `0 0 ${width} ${height}`).split(" ").map(Number);
  const document = new PDFDocument({ title: about.title, subject: about.description, creator: "binvit" });
  const page = document.beginPage(pointsPerPixel * width, pointsPerPixel * height);
  const scale = (pointsPerPixel * width) / ownWidth;
  page.scale(scale, scale);
  drawSvg(root, page as unknown as SKRSContext2D, familiesFor(svg));
  document.endPage();
  return document.close();
}

/** Makes the fonts of a drawing known to the canvas. */
function familiesFor(svg: string): string[] {
  const own = fontFiles();
  for (const file of own) GlobalFonts.registerFromPath(file, fontFamily);
  const further = fontsOf(svg).files.filter((file) => !own.includes(file));
  const names = further.map((file) => {
    const name = `${fontFamily} further ${file.replace(/\W/g, "-")}`;
    GlobalFonts.registerFromPath(file, name);
    return name;
  });
  return [fontFamily, ...names];
}
