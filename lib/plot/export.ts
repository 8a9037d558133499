import { Resvg } from "@resvg/resvg-js";
import type { Figure, Size } from "./figure";
import { fontFamily } from "./font-stack";
import { fontsOf } from "./fonts";
import type { PlotlyWindow } from "./plotly-window";
import { resized } from "./theme";

export type { Size } from "./figure";

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
    shared ??= (await import("./plotly-window")).openPlotlyWindow(); // it loads a document's worth of packages
    return withPlainUrls(await shared.draw(resized(figure, size)));
  });
  last = drawn.catch(() => undefined);
  return drawn;
}

/** How a drawing becomes a PNG file. */
export interface PngForm {
  /** How many pixels of the file make one of the figure's; 2 by default. */
  readonly scale?: number;
  /** Gets a sentence where no font has some of the letters; a warning of Node by default. */
  readonly onMissingLetters?: (message: string) => void;
}

/** How a figure becomes a PNG file. */
export type PngOptions = Size & PngForm;

/**
 * Draws a figure as PNG, without a browser; the same bytes every time.
 *
 * @param figure - what to draw
 * @param options - size, scale, and what to do about letters that no font has
 * @returns the bytes of a PNG file
 */
export const toPng = async (figure: Figure, options: PngOptions = {}): Promise<Buffer> =>
  svgToPng(await toSvg(figure, options), options);

/** @returns the bytes of a PNG file of what `toSvg` drew */
export function svgToPng(svg: string, options: PngForm = {}): Buffer {
  const { scale = 2, onMissingLetters = (message) => process.emitWarning(message) } = options;
  const { files, missing } = fontsOf(svg);
  if (missing.length > 0) onMissingLetters(missingLetters(missing));
  // resvg knows nearest-neighbour scaling, which keeps the squares of a heatmap sharp, by its older name only.
  const resvg = new Resvg(svg.replaceAll("image-rendering: pixelated", "image-rendering: optimizeSpeed"), {
    fitTo: { mode: "zoom", value: scale },
    font: { fontFiles: [...files], loadSystemFonts: false, defaultFontFamily: fontFamily },
  });
  return resvg.render().asPng();
}

function missingLetters(letters: readonly string[]): string {
  const more = letters.length > 20 ? ` and ${letters.length - 20} more` : "";
  return (
    `No font here has the letters ${letters.slice(0, 20).join(" ")}${more}: they are drawn as boxes. Install a font that ` +
    "has them, e.g. one of Google's Noto fonts (Debian and Ubuntu: fonts-noto-core, fonts-noto-cjk), and draw again."
  );
}

/** Takes the quotes out of `url('#clip')`, which only browsers accept. */
const withPlainUrls = (svg: string): string =>
  `${svg.replace(/url\((?:'|&quot;)(#[^'&)]+)(?:'|&quot;)\)/g, "url($1)")}\n`;
