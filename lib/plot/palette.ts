import { methods } from "../binarize/methods/index";
import { slopes } from "../binarize/slopes/index";
import { plainName } from "../study/row-name";
import { contrast, lightnessOf, withLightness } from "./color";
import { distinct } from "./inputs";

/**
 * Colours a reader with any colour vision can tell apart.
 *
 * Reference: Okabe and Ito, *Color Universal Design*, 2008. Tol, *Colour Schemes*, SRON, 2021.
 */
export const palette = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  // Beyond Okabe and Ito's seven (their yellow is too light for lines), from Tol's muted scheme.
  "#7f5fb5",
  "#882255",
  "#999933",
  "#44aa99",
  "#aa4499",
  "#661100",
  // As many as there are methods: from the other schemes of Tol.
  "#117733",
  "#332288",
  "#cc6677",
  "#004488",
  "#997700",
  "#6699cc",
  "#994455",
  "#ee8866",
] as const;

/** Colour of a model without any binarized layer. */
export const floatColor = "#333333";

const scaleColors = new Map<string, string>(
  Object.entries({
    float: floatColor,
    none: palette[1],
    unscaled: palette[1],
    tensor: palette[4],
    channel: palette[0],
    "channel-w1a32": palette[5],
    W1A32: palette[5],
    xnor: palette[3],
    token: palette[3],
    learned: palette[2],
    "learned-tensor": palette[6],
  }),
);

// Every other method takes the next colour, in the order of their list.
const further = Object.keys(methods).filter((name) => !scaleColors.has(name));
for (const [i, name] of further.entries()) scaleColors.set(name, palette[7 + (i % (palette.length - 7))]);

// Weights alone in bits: a lighter shade of the same scale with inputs in bits, too; a darker one, where that would be
// too pale for a line on white.
for (const name of ["unscaled", "tensor", "learned", "token"]) {
  const color = scaleColors.get(name)!;
  const lighter = withLightness(color, lightnessOf(color) + 0.14);
  const isPale = contrast(lighter, "#ffffff") < 1.8;
  scaleColors.set(`${name}-w1a32`, isPale ? withLightness(color, lightnessOf(color) - 0.2) : lighter);
}

// Rows of studies that are a model of another name: the study of gradients says of each scale how it is learned.
const others = {
  "channel-product": "channel",
  "tensor-product": "tensor",
  "channel-learned": "learned",
  "tensor-learned": "learned-tensor",
};
for (const [name, other] of Object.entries(others)) scaleColors.set(name, scaleColors.get(other)!);

// What is no scale and no method, but stands in several studies: the steps to a better model.
const bySteps: Readonly<Record<string, number>> = {
  ...{ "channel-detached": 5, "tensor-detached": 16 },
  ...{ plain: 1, start: 1, pixels: 5, rate: 5, attention: 8, mean: 9, shift: 4, taught: 3, wide: 0, wider: 6 },
  ...{ staged: 10, weights: 12, slope: 11, "no-decay": 13, tuned: 14, long: 7 },
};
for (const [name, at] of Object.entries(bySteps)) if (!scaleColors.has(name)) scaleColors.set(name, palette[at]);
// Slopes, from the last colour back; rows that give one to inputs or to weights look like it.
for (const [i, slope] of Object.keys(slopes).entries()) {
  const color = palette[palette.length - 1 - (i % palette.length)];
  for (const name of [slope, `${slope}-inputs`, `${slope}-weights`]) scaleColors.set(name, color);
}

/** A shape for each colour, so that print in grey tells methods apart, too. */
const shapes = [
  ...["circle", "square", "diamond", "cross", "x", "triangle-up", "triangle-down", "pentagon", "hexagon", "hexagram"],
  ...["star-triangle-up", "star-square", "star-diamond", "hourglass", "bowtie", "diamond-tall", "diamond-wide"],
  ...["triangle-left", "triangle-right", "octagon"],
] as const;

const componentSymbols: ReadonlyMap<string, string> = new Map(
  Object.entries({
    float: "star",
    conv: "square",
    mlp: "circle",
    mhsa: "diamond",
    "mlp+mhsa": "triangle-up",
    "conv+mlp+mhsa": "hexagon2",
  }),
);

/**
 * One colour for each name, the same in every figure for the kit's scales and binarizers.
 *
 * @param names - scale forms, binarizers or other series, in order
 * @returns a colour for each; a name the kit does not know takes the next colour no other name has
 */
export function colorsOf(names: readonly string[]): Map<string, string> {
  const all = distinct(names);
  const taken = new Set(all.flatMap((name) => scaleColors.get(name) ?? []));
  const known = all.map((name) => {
    const own = scaleColors.get(name);
    const plain = scaleColors.get(plainName(name));
    if (own || !plain || taken.has(plain)) return own;
    taken.add(plain); // of configurations that were told apart the first keeps the colour
    return plain;
  });
  const free = palette.filter((color) => !taken.has(color));
  const others = free.length > 0 ? free : palette;
  let next = 0;
  return new Map(all.map((name, i) => [name, known[i] ?? others[next++ % others.length]]));
}

/** @returns whether a scale form or a method leaves its inputs float, by its name */
export const hasWeightsAlone = (scale: string): boolean => /w1a32$/i.test(plainName(scale));

/**
 * @param scale - a scale form or a method
 * @param color - of `colorsOf`
 * @returns its marker symbol, the same in every figure: one a colour; open where weights alone are in bits
 */
export function shapeOf(scale: string, color: string): string {
  if (color === floatColor) return "star";
  const weightsAlone = hasWeightsAlone(scale);
  const twoBits = weightsAlone ? scaleColors.get(plainName(scale).replace(/-?w1a32$/i, "")) : undefined;
  const at = palette.findIndex((one) => one === (twoBits ?? color));
  return `${shapes[at < 0 ? 0 : at % shapes.length]}${weightsAlone ? "-open" : ""}`;
}

/** For components that the kit does not know: none looks like one of those that it knows. */
const furtherSymbols = [
  "pentagon",
  "cross",
  "triangle-down",
  "x",
  "hexagram",
  "hourglass",
  "octagon",
  "bowtie",
] as const;

/**
 * @param components - of a figure, in order
 * @returns a marker symbol for each, the same in every figure for those the kit knows; another takes the next that is free
 */
export function symbolsOf(components: readonly string[]): Map<string, string> {
  const unknown = components.filter((name) => !componentSymbols.has(name));
  const further = (name: string) => furtherSymbols[unknown.indexOf(name) % furtherSymbols.length];
  return new Map(components.map((name) => [name, componentSymbols.get(name) ?? further(name)]));
}

/** @returns `color` (#rrggbb) with an opacity, 0 … 1 */
export function transparent(color: string, opacity: number): string {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return `rgba(${r}, ${g}, ${b}, ${opacity})`;
}

/** @returns `color` (#rrggbb) dark enough for small text on white */
export const darker = (color: string): string =>
  `#${[1, 3, 5]
    .map((at) =>
      Math.round(0.75 * Number.parseInt(color.slice(at, at + 2), 16))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
