import { Random } from "../../base/random";
import type { Split } from "../dataset";
import type { LocalInfo } from "../dataset-info";

/** The ten classes, in the order of their labels. */
const shapeNames = [
  "circle",
  "square",
  "triangle",
  "cross",
  "ring",
  "star",
  "horizontal stripes",
  "vertical stripes",
  "diagonal stripes",
  "checkerboard",
] as const;

/** Height and width of a drawing, pixels. */
const shapeImageSize = 32;

/** Signed distance of a point to a figure of radius 1 around the origin: negative inside. */
type Figure = (x: number, y: number) => number;

/** Squared distance from the origin, in radii, beyond which no figure has any ink. */
const reach = 2;

/** cos and sin of the five directions of a pentagram's edges; literals, so that no machine rounds them otherwise. */
const pentagon = [
  [0, 1],
  [0.9510565162951535, 0.30901699437494745],
  [0.5877852522924731, -0.8090169943749475],
  [-0.5877852522924731, -0.8090169943749475],
  [-0.9510565162951535, 0.30901699437494745],
] as const;

const disc: Figure = (x, y) => Math.sqrt(x * x + y * y) - 1;

const box = (x: number, y: number, halfWidth: number, halfHeight: number): number =>
  Math.max(Math.abs(x) - halfWidth, Math.abs(y) - halfHeight);

/** Inside of a pentagram, at most one of its five edge lines has the point on its outer side. */
const star: Figure = (x, y) => {
  let largest = -Infinity;
  let second = -Infinity;
  for (const [nx, ny] of pentagon) {
    const distance = nx * x + ny * y - 0.38;
    if (distance > largest) {
      second = largest;
      largest = distance;
    } else if (distance > second) {
      second = distance;
    }
  }
  return Math.max(second, disc(x, y));
};

/** Distance to the edge of bands that are half on, half off; negative in a band. */
const bands = (x: number, period: number): number => {
  const phase = x / period - Math.floor(x / period);
  return (Math.abs(phase - 0.5) - 0.25) * period;
};

/** A figure of the class, with its proportions drawn from `random`. */
function figureOf(label: number, random: Random): Figure {
  const period = 0.45 + 0.25 * random.uniform();
  const shift = random.uniform();
  const stripes: Figure = (x, y) => Math.max(disc(x, y), bands(y + shift, period));
  switch (shapeNames[label]) {
    case "circle":
      return disc;
    case "square":
      return (x, y) => box(x, y, 0.8, 0.8);
    case "triangle":
      return (x, y) => Math.max(-y - 0.5, 0.8660254037844386 * Math.abs(x) + 0.5 * y - 0.5);
    case "cross": {
      const width = 0.22 + 0.12 * random.uniform();
      return (x, y) => Math.min(box(x, y, 1, width), box(x, y, width, 1));
    }
    case "ring": {
      const width = 0.14 + 0.1 * random.uniform();
      return (x, y) => Math.abs(disc(x, y) + width) - width;
    }
    case "star":
      return star;
    case "checkerboard":
      return (x, y) => {
        const across = bands(x + shift, 1.5 * period);
        const down = bands(y + shift, 1.5 * period);
        const apart = Math.min(Math.abs(across), Math.abs(down));
        return Math.max(disc(x, y), across < 0 === down < 0 ? -apart : apart);
      };
    default:
      return stripes;
  }
}

/** cos and sin of the rotation of a class: free for figures, near its own direction for stripes. */
function rotationOf(label: number, random: Random): readonly [number, number] {
  const tilt = 0.4 * random.uniform() - 0.2;
  const side = random.uniform() < 0.5 ? 1 : -1;
  let x = 1;
  let y = tilt;
  if (label === 7) [x, y] = [tilt, 1];
  else if (label === 8) [x, y] = [1 - tilt, side * (1 + tilt)];
  else if (label !== 6) {
    // Rejection gives a uniform direction from exact arithmetic, the same bits on every machine, unlike sin and cos.
    do {
      x = 2 * random.uniform() - 1;
      y = 2 * random.uniform() - 1;
    } while (x * x + y * y > 1 || x * x + y * y < 0.01);
  }
  const length = Math.sqrt(x * x + y * y);
  return [x / length, y / length];
}

type Color = readonly [number, number, number];

const randomColor = (random: Random): Color => [255 * random.uniform(), 255 * random.uniform(), 255 * random.uniform()];

/** A colour that can be told from both ends of the background. */
function contrastingColor(random: Random, from: Color, to: Color): Color {
  for (;;) {
    const color = randomColor(random);
    const distance = (other: Color) => Math.max(...color.map((value, c) => Math.abs(value - other[c])));
    if (distance(from) > 80 && distance(to) > 80) return color;
  }
}

/**
 * Draws one noisy, anti-aliased figure over a colour gradient, at a random place, size and angle.
 *
 * @param label - index into `shapeNames`
 * @param random - the only source of chance
 * @param target - receives 32 · 32 · 3 bytes, [S, S, c]
 * @param offset - where in `target` the image begins
 */
function drawShape(label: number, random: Random, target: Uint8Array, offset: number): void {
  const size = shapeImageSize;
  const radius = label < 6 ? 6 + 6 * random.uniform() : 8 + 5 * random.uniform();
  const centre = () => 0.85 * radius + (size - 1.7 * radius) * random.uniform();
  const [centreX, centreY] = [centre(), centre()];
  const [cos, sin] = rotationOf(label, random);
  const figure = figureOf(label, random);
  const from = randomColor(random);
  const towards = randomColor(random);
  // Half of the way to a second colour: a gradient that the figure still stands out from.
  const to: Color = [(from[0] + towards[0]) / 2, (from[1] + towards[1]) / 2, (from[2] + towards[2]) / 2];
  const paint = contrastingColor(random, from, to);
  const [gradientX, gradientY] = [random.uniform() / size, random.uniform() / size];
  const noise = 8 + 40 * random.uniform();

  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const dx = (column + 0.5 - centreX) / radius;
      const dy = (row + 0.5 - centreY) / radius;
      const far = dx * dx + dy * dy > reach;
      const distance = far ? 1 : figure(cos * dx + sin * dy, cos * dy - sin * dx) * radius;
      const coverage = Math.min(1, Math.max(0, 0.5 - distance));
      const along = (gradientX * column + gradientY * row) / 2;
      const bits = random.bits();
      const pixel = offset + 3 * (row * size + column);
      for (let c = 0; c < 3; c++) {
        const ground = from[c] + (to[c] - from[c]) * along;
        const grain = (((bits >>> (10 * c)) & 1023) / 1023 - 0.5) * noise;
        const value = ground + (paint[c] - ground) * coverage + grain;
        target[pixel + c] = Math.min(255, Math.max(0, Math.round(value)));
      }
    }
  }
}

const generatorSeed = 20230109;

/** Draws `count` images, the classes in turn; every split has a stream of its own. */
function drawSplit(count: number, stream: number): Split {
  const random = new Random(generatorSeed, stream);
  const imageBytes = 3 * shapeImageSize ** 2;
  const pixels = new Uint8Array(count * imageBytes);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = i % shapeNames.length;
    drawShape(labels[i], random, pixels, i * imageBytes);
  }
  return { pixels, labels, count };
}

const sizes = { train: 8_000, validation: 1_000, test: 1_000 };

/** 32×32 colour images of figures and patterns in ten classes, the same bytes on every machine. */
export const shapes = {
  name: "shapes",
  imageSize: shapeImageSize,
  channels: 3,
  classNames: shapeNames,
  maxValue: 255,
  ...sizes,
  licence: "MIT",
  homepage: "this kit",
  origin: "generated",
  read: () => ({
    train: drawSplit(sizes.train, 0),
    validation: drawSplit(sizes.validation, 1),
    test: drawSplit(sizes.test, 2),
  }),
  // So that a change of the drawing, or a machine that draws otherwise, is seen.
  sha256: "ab227deaa7f2838d37c426310202a08d8f5fc0e4a2943cfa1fc535f1e1e407ee",
} as const satisfies LocalInfo;
