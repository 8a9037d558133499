import { Resvg } from "@resvg/resvg-js";
import type { Figure } from "./figure";
import { fontFamily, fontFiles } from "./fonts";
import { openPlotlyWindow, type PlotlyWindow } from "./plotly-window";
import { resized } from "./theme";

/** Size of a picture, pixels (of an SVG: user units); the figure's own by default. */
export interface Size {
  readonly width?: number;
  readonly height?: number;
}

let shared: PlotlyWindow | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Draws a figure as SVG, without a browser; the same bytes every time.
 *
 * The first figure of a process takes a second or two, as Plotly is loaded; later ones a few tenths.
 *
 * @param figure - what to draw
 * @param size - width and height, pixels
 * @returns the text of an SVG file
 */
export function toSvg(figure: Figure, size: Size = {}): Promise<string> {
  // One after the other: they share a document and its random numbers.
  const drawn = last.then(async () => {
    shared ??= openPlotlyWindow();
    return withPlainUrls(await shared.draw(resized(figure, size)));
  });
  last = drawn.catch(() => undefined);
  return drawn;
}

/**
 * Draws a figure as PNG, without a browser; the same bytes every time.
 *
 * @param figure - what to draw
 * @param options - width and height, pixels, and how many pixels of the file make one of these; 2 by default
 * @returns the bytes of a PNG file
 */
export async function toPng(figure: Figure, options: Size & { readonly scale?: number } = {}): Promise<Buffer> {
  const svg = await toSvg(figure, options);
  // resvg knows nearest-neighbour scaling, which keeps the squares of a heatmap sharp, by its older name only.
  const resvg = new Resvg(svg.replaceAll("image-rendering: pixelated", "image-rendering: optimizeSpeed"), {
    fitTo: { mode: "zoom", value: options.scale ?? 2 },
    font: { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: fontFamily },
  });
  return resvg.render().asPng();
}

/** Takes the quotes out of `url('#clip')`, which only browsers accept. */
const withPlainUrls = (svg: string): string =>
  `${svg.replace(/url\((?:'|&quot;)(#[^'&)]+)(?:'|&quot;)\)/g, "url($1)")}\n`;
