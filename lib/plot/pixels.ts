import { ConfigError } from "../base/errors";
import { plain } from "./plain-text";

/** Grey values or [red, green, blue], rows from the top; 0 … 1. */
export type Pixels = readonly (readonly (number | readonly number[])[])[];

/** An image with what stands above it. */
export interface TitledImage {
  readonly title: string;
  /** Shape [height][width] or [height][width][3], 0 … 1. */
  readonly pixels: Pixels;
}

/**
 * The trace that shows an image, one square a pixel; grey images on a scale from black (0) to white (1).
 *
 * @param image - title and pixels
 * @param axes - names of the axes it is drawn on, e.g. { x: "x2", y: "y2" }
 * @returns a `heatmap` trace for a grey image, an `image` trace for a coloured one
 * @throws ConfigError if there are no pixels
 */
export function imageTrace(image: TitledImage, axes: { x: string; y: string }): object {
  const { pixels, title } = image;
  if (pixels.length === 0 || pixels[0].length === 0) {
    throw new ConfigError(`image "${title}": nothing to draw. Expected pixels of shape [height][width], got none.`);
  }
  const common = { name: plain(title), xaxis: axes.x, yaxis: axes.y };
  if (typeof pixels[0][0] === "number") {
    const greys = [
      [0, "#000000"],
      [1, "#ffffff"],
    ];
    return { ...common, type: "heatmap", z: pixels, zmin: 0, zmax: 1, colorscale: greys, showscale: false };
  }
  const z = pixels.map((row) => row.map((rgb) => (rgb as readonly number[]).map(toByte)));
  return { ...common, type: "image", z };
}

const toByte = (value: number): number => Math.round(255 * Math.min(1, Math.max(0, value)));

/** Axes of an image: no ticks, a thin frame, the first row on top, square pixels. */
export function imageAxes(pixels: Pixels, x: string): { x: object; y: object } {
  const frame = { showgrid: false, showticklabels: false, ticks: "", mirror: true, automargin: false } as const;
  return {
    x: { ...frame, range: [-0.5, pixels[0].length - 0.5], constrain: "domain" },
    y: { ...frame, range: [pixels.length - 0.5, -0.5], scaleanchor: x, constrain: "domain" },
  };
}
