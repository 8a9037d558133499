import { Option } from "commander";
import { UsageError } from "../base/errors";
import type { DrawingLook } from "../plot/drawing";
import type { Size } from "../plot/figure";
import { collect, type Limits, oneOf, runName, wholeNumber } from "./run-input";

/** Kinds of files that figures are written as. */
const formatNames = ["svg", "png", "pdf"] as const;
export type Format = (typeof formatNames)[number];

/** For papers, and for slides. */
export const usualFormats: readonly Format[] = ["svg", "png"];

const themeNames = ["light", "dark"] as const;

/** Size of the text of axes in figures of the usual size, pixels. */
const usualFont = 16;

/** Pixels: from what still holds a figure to more than any screen has. */
const widthLimits: Limits = { least: 320, most: 8000 };
const heightLimits: Limits = { least: 240, most: 8000 };
const fontLimits: Limits = { least: 6, most: 96 };

/** What a figure needs for its text in the usual size, pixels. */
const leastRoom = { width: 420, height: 260 } as const;

/** As the command line has them. */
export interface GivenOptions {
  readonly width?: string;
  readonly height?: string;
  readonly fontSize?: string;
  readonly theme?: string;
  readonly format?: readonly string[];
  readonly only?: readonly string[];
  readonly title?: string;
}

/** Which figures are drawn, and how. */
export interface FigureOptions {
  readonly look: DrawingLook;
  /** What each is written as; the usual formats if left out. */
  readonly formats?: readonly Format[];
  /** Names of figures; all if left out. */
  readonly only?: readonly string[];
  /** In the place of the figure's own; for one figure alone. */
  readonly title?: string;
}

/** The options that `readFigureOptions` reads. */
export const figureOptions = (): Option[] => [
  new Option("--width <pixels>", "width of each figure (default: 900)"),
  new Option("--height <pixels>", "height of each figure (default: what it shows needs)"),
  new Option("--font-size <pixels>", `size of the text at the axes; all else follows (default: ${usualFont})`),
  new Option("--theme <name>", themeNames.join(" or ")).default("light"),
  new Option("--format <kinds>", `${formatNames.join(", ")}; several with commas (default: ${usualFormats})`).argParser(
    collect,
  ),
  new Option("--only <name>", "draw this figure alone; repeatable").argParser(collect),
  new Option("--title <text>", "another title, for one figure"),
];

/**
 * Reads the options of figures.
 *
 * @throws UsageError if one is unknown, out of range or has no room beside the others
 */
export function readFigureOptions({ theme = "light", format, only, title, ...sizes }: GivenOptions): FigureOptions {
  const pixels = (option: string, text: string | undefined, limits: Limits) =>
    text === undefined ? undefined : wholeNumber(option, text, limits);
  const width = pixels("--width", sizes.width, widthLimits);
  const height = pixels("--height", sizes.height, heightLimits);
  const fontSize = pixels("--font-size", sizes.fontSize, fontLimits) ?? usualFont;
  const zoom = fontSize / usualFont;
  for (const [option, given, least] of [
    ["--width", width ?? 900, leastRoom.width],
    ["--height", height ?? Number.POSITIVE_INFINITY, leastRoom.height],
  ] as const) {
    if (given >= least * zoom) continue;
    throw new UsageError(
      `${option} ${given} has no room for text of ${fontSize} pixels. ` +
        `Give ${option} ${Math.ceil(least * zoom)} or more, or --font-size ${Math.floor((given / least) * usualFont)} or less.`,
    );
  }
  const kinds = format?.flatMap((text) => text.split(",")).map((kind) => oneOf("--format", kind.trim(), formatNames));
  return {
    look: {
      ...{ width, height, zoom, isDark: oneOf("--theme", theme, themeNames) === "dark" },
      // Pixels that were asked for are those of the file; without, twice as many, sharp on any screen.
      scale: width === undefined && height === undefined ? 2 : 1,
    },
    ...(kinds && { formats: [...new Set(kinds)] }),
    ...(only && { only }),
    ...(title !== undefined && { title: runName("--title", title) }),
  };
}

/** @returns what a figure is laid out for before it is zoomed */
export const roomIn = ({ look: { width = 900, height, zoom = 1 } }: FigureOptions): Size => ({
  width: width / zoom,
  height: height === undefined ? undefined : height / zoom,
});
