import { escapeHtml } from "../../lib/base/escape-html";
import { type Piece, publicFile } from "./page";

/** What Plotly draws; of its layout the site itself reads only the size. */
export interface PlotlyFigure {
  readonly data: unknown;
  readonly layout: { readonly width?: number | undefined; readonly height?: number | undefined };
}

/** A picture, and what it shows in words. */
export interface Picture {
  readonly png: Uint8Array;
  readonly alt: string;
  /** Size on the page, pixels; by default that of the figure, else of the file. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** What Plotly draws in its place when it comes into sight. */
  readonly figure?: PlotlyFigure | undefined;
}

/**
 * A picture as the site's component for it.
 *
 * @param picture - what is shown
 * @param link - where the site has it, without an ending
 */
export function pictureOf(picture: Picture, link: string): Piece {
  const { png, figure } = picture;
  const size = { ...sizeOf(png), ...(figure && pick(figure.layout)) };
  const attributes = {
    src: `${link}.png`,
    ...(figure && { specification: `${link}.json` }),
    alt: picture.alt.replace(/\s+/g, " ").trim(),
    ":width": String(picture.width ?? size.width),
    ":height": String(picture.height ?? size.height),
  };
  const written = Object.entries(attributes).map(([name, value]) => `${name}="${escapeHtml(value)}"`);
  const files = [publicFile(`${link}.png`, png)];
  if (figure) files.push(publicFile(`${link}.json`, JSON.stringify(figure)));
  return { markdown: `<PlotFigure ${written.join(" ")} />`, files };
}

const pick = ({ width, height }: PlotlyFigure["layout"]) => (width && height ? { width, height } : {});

/** Width and height stand at the head of every PNG file. */
function sizeOf(png: Uint8Array): { width: number; height: number } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}
