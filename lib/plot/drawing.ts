import { dark } from "./dark";
import { describe } from "./describe";
import { type PngForm, svgToPng, toSvg } from "./export";
import type { Figure } from "./figure";
import { plain } from "./plain-text";
import { resized } from "./theme";

/** How a figure becomes a picture. */
export interface DrawingLook extends PngForm {
  /** Size of the picture, pixels; by default that of the figure, zoomed. */
  readonly width?: number;
  readonly height?: number;
  /** How many times as large as usual all text is, and with it lines, bars and markers; 1 by default. */
  readonly zoom?: number;
  readonly isDark?: boolean;
  /** In the place of the figure's own. */
  readonly title?: string;
}

/** A figure's files, each made when it is asked for. */
export interface Drawing {
  svg(): string;
  png(): Buffer;
  pdf(): Promise<Buffer>;
}

/**
 * Draws a figure once, for files of several kinds.
 *
 * Larger text is a zoom: the figure is laid out for a smaller picture, which is then enlarged, so that nothing in it can
 * be forgotten.
 *
 * @param figure - what to draw
 * @param look - size, zoom, theme and title
 */
export async function drawing(figure: Figure, look: DrawingLook = {}): Promise<Drawing> {
  const { zoom = 1, width = zoom * (figure.layout.width ?? 900), height = zoom * (figure.layout.height ?? 520) } = look;
  const renamed = resized(figure, { width: width / zoom, height: height / zoom, title: look.title });
  const themed = look.isDark ? dark(renamed) : renamed;
  const drawn = await toSvg(themed);
  const svg = zoom === 1 ? drawn : zoomed(drawn, width, height);
  return {
    svg: () => withDescription(svg, renamed),
    png: () => svgToPng(svg, look),
    pdf: async () => {
      const { svgToPdf } = await import("./pdf");
      return svgToPdf(svg, { title: renamed.layout.meta?.title ?? "", description: describe(renamed) });
    },
  };
}

/** With a title and a description for those who cannot see it; where they are, programs that read aloud look for them. */
const withDescription = (svg: string, figure: Figure): string =>
  svg.replace(/^<svg ([^>]*)>/, (_, attributes) => {
    const title = figure.layout.meta?.title ?? "";
    return `<svg role="img" ${attributes}><title>${plain(title)}</title><desc>${plain(describe(figure))}</desc>`;
  });

/** The drawing on another width and height, all of it enlarged. */
const zoomed = (svg: string, width: number, height: number): string =>
  svg.replace(
    /(<svg [^>]*?)width="([\d.]+)" height="([\d.]+)"/,
    (_, start, ownWidth, ownHeight) =>
      `${start}width="${Math.round(width)}" height="${Math.round(height)}" viewBox="0 0 ${ownWidth} ${ownHeight}"`,
  );
