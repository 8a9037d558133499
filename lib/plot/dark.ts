import { contrast, hexOf, lightnessOf, withLightness } from "./color";
import type { Figure } from "./figure";

/** The ground of a dark figure. */
export const darkGround = "#15181d";

/** Text on its ground, at least: what WCAG 2.2 asks of small text, success criterion 1.4.3. */
export const leastContrast = 4.5;

/**
 * Colours as they are on a dark ground: greys turned round, the others light enough to read.
 *
 * Lighter and darker colours stay in that order, so that what grey tells apart on white it tells apart here.
 *
 * @param color - `#rrggbb`, or `rgba(…)` as `transparent` writes it; anything else is returned as it is
 */
export function onDark(color: string): string {
  if (color === "white") return darkGround;
  const [, r, g, b, opacity] = /^rgba\((\d+), (\d+), (\d+), ([\d.]+)\)$/.exec(color) ?? [];
  if (opacity !== undefined) {
    const [red, green, blue] = rgbOf(onDark(hexOf([r, g, b].map((value) => Number(value) / 255))));
    return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
  }
  if (!/^#[0-9a-f]{6}$/.test(color)) return color;
  const grey = rgbOf(color);
  if (Math.max(...grey) === Math.min(...grey)) {
    // From white to the ground, from black to a white that does not dazzle.
    return hexOf(rgbOf(darkGround).map((ground) => (ground + ((255 - grey[0]) / 255) * (245 - ground)) / 255));
  }
  let lightness = 0.62 + (lightnessOf(color) - 0.3) * 0.5;
  let light = withLightness(color, lightness);
  while (contrast(light, darkGround) < leastContrast && lightness < 1) {
    lightness += 0.01;
    light = withLightness(color, lightness);
  }
  return light;
}

/**
 * A figure as it is on a dark ground.
 *
 * @param figure - in the kit's one look
 * @returns the same with every colour changed, but for images, and shapes with a label, which is read on that shape
 */
export const dark = (figure: Figure): Figure => recolored(figure) as Figure;

function recolored(part: unknown): unknown {
  if (typeof part === "string") {
    return /^(#[0-9a-f]{6}|white|rgba\(.*\))$/.test(part)
      ? onDark(part)
      : part.replace(/(?<=style="[^"]*color:)#[0-9a-f]{6}/g, onDark); // in a heading
  }
  if (Array.isArray(part)) return part.map(recolored);
  if (typeof part !== "object" || part === null) return part;
  if ("fillcolor" in part && "label" in part) return part;
  const isKept = (key: string) => key === "colorscale"; // what is bright in an image is bright in any theme
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, isKept(key) ? value : recolored(value)]));
}

const rgbOf = (color: string): number[] => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
