import { Resvg } from "@resvg/resvg-js";
import type { Figure } from "./figure";
import { fontFamily, fontFiles } from "./fonts";
import { openPlotlyWindow, type PlotlyWindow } from "./plotly-window";

/** Size of a picture, pixels (of an SVG: user units). */
export interface Size {
  readonly width: number;
  readonly height: number;
}

let shared: PlotlyWindow | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Draws a figure as SVG, without a browser; the same bytes every time.
 *
 * @param figure - what to draw
 * @param size - width and height, pixels
 * @returns the text of an SVG file
 */
export function toSvg(figure: Figure, size: Size): Promise<string> {
  // One after the other: they share a document and its random numbers.
  const drawn = last.then(async () => {
    shared ??= openPlotlyWindow();
    return repair(await shared.draw(figure, size));
  });
  last = drawn.catch(() => undefined);
  return drawn;
}

/**
 * Draws a figure as PNG, without a browser; the same bytes every time.
 *
 * @param figure - what to draw
 * @param size - width and height, pixels, and how many pixels of the file make one of these
 * @returns the bytes of a PNG file
 */
export async function toPng(figure: Figure, { width, height, scale }: Size & { scale: number }): Promise<Buffer> {
  const svg = await toSvg(figure, { width, height });
  const resvg = new Resvg(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: fontFamily },
  });
  return resvg.render().asPng();
}

/** Makes Plotly's SVG understood by viewers other than browsers. */
function repair(svg: string): string {
  return `${svg
    .replace(/url\((?:'|&quot;)(#[^'&)]+)(?:'|&quot;)\)/g, "url($1)")
    .replace(/image-rendering: pixelated;?/g, "image-rendering: optimizeSpeed;")}\n`;
}
