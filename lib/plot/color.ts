/** Colours are `#rrggbb`, in sRGB; what is done with them is done in Oklab, where equal steps look equal. */
type Triple = readonly number[];

const linear = (value: number): number => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const encoded = (value: number): number => (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055);
const linearRgb = (color: string): Triple =>
  [1, 3, 5].map((at) => linear(Number.parseInt(color.slice(at, at + 2), 16) / 255));
const times = (matrix: readonly Triple[], v: Triple): number[] =>
  matrix.map((row) => row.reduce((sum, factor, i) => sum + factor * v[i], 0));

/** @returns a colour from its red, green and blue, 0 … 1; what is beyond is cut */
export const hexOf = (rgb: Triple): string =>
  `#${rgb.map((value) => Math.round(255 * Math.min(1, Math.max(0, value)))).reduce((hex, byte) => hex + byte.toString(16).padStart(2, "0"), "")}`;

/** @returns how bright a colour is, 0 … 1, as WCAG's contrast counts it */
export const luminance = (color: string): number => times([[0.2126, 0.7152, 0.0722]], linearRgb(color))[0];

/** @returns the contrast of two colours, 1 … 21 */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** @returns black or white, whichever can be read on a ground */
export const readableOn = (ground: string): string =>
  contrast("#000000", ground) > contrast("#ffffff", ground) ? "#000000" : "#ffffff";

// Reference: Ottosson, A perceptual color space for image processing, 2020.
const toCones = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
];
const toLab = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
];
const fromLab = [
  [1, 0.3963377774, 0.2158037573],
  [1, -0.1055613458, -0.0638541728],
  [1, -0.0894841775, -1.291485548],
];
const fromCones = [
  [4.0767416621, -3.3077115913, 0.2309699292],
  [-1.2684380046, 2.6097574011, -0.3413193965],
  [-0.0041960863, -0.7034186147, 1.707614701],
];

const oklab = (color: string): number[] => times(toLab, times(toCones, linearRgb(color)).map(Math.cbrt));

/** @returns how light a colour looks, 0 … 1 */
export const lightnessOf = (color: string): number => oklab(color)[0];

/** @returns the same hue in another lightness, 0 … 1, as colourful as it was or as a screen can show it */
export function withLightness(color: string, lightness: number): string {
  const [, a, b] = oklab(color);
  const rgbAt = (chroma: number) =>
    times(
      fromCones,
      times(fromLab, [lightness, a * chroma, b * chroma]).map((value) => value ** 3),
    );
  let chroma = 1;
  while (chroma > 0 && rgbAt(chroma).some((value) => value < -1e-4 || value > 1.0001)) chroma -= 0.02;
  return hexOf(rgbAt(Math.max(0, chroma)).map((value) => encoded(Math.max(0, value))));
}
