import * as tf from "@tensorflow/tfjs";
import { readFloats } from "../backend/read";
import { ConfigError } from "../base/errors";
import { Random } from "../base/random";
import { holding } from "../ops/held";
import type { Binarizer } from "./binarizer";
import { checkLeft } from "./check-left";
import type { BinaryLinearParameters } from "./layer-form";
import { binaryLinear } from "./linear";
import { pretendedLayer } from "./pretended-layer";
import type { OwnParameter, Site } from "./quantizer";
import { binarizers, inputQuantizerOf, weightQuantizerOf } from "./registry";

/** How the gradient of one tensor of a layer agrees with numeric differentiation. */
export interface GradientCheck {
  /** `x`, `weight`, `bias`, or a quantizer's own, e.g. `input.threshold`. */
  readonly of: string;
  readonly compared: number;
  /** Numbers left out, where the layer bends too close by. */
  readonly kinks: number;
  readonly largestGradient: number;
  readonly largestDifference: number;
}

/** Where and how exactly a method is looked at. */
export interface MethodCheckOptions {
  readonly seed?: number;
  /** How much of the training is over. */
  readonly progress?: number;
  /** What a difference may be, as a part of the tensor's largest gradient. */
  readonly tolerance?: number;
}

const [images, tokens, inputs, outputs] = [3, 5, 8, 4];
const step = 4e-3;
/** Gradients below are taken for rounding. */
const smallest = 1e-3;

/**
 * Looks a method over on small random tensors, before it costs a training.
 *
 * 1. What its quantizers say is left of them (`left`, `factors`) is what they do.
 * 2. The gradient of a layer is that of the layer whose signs are replaced by what they are pretended to be, differentiated
 *    numerically: (L(θ + h) − L(θ − h)) / 2h for every number θ of x, W, bias and what is learned.
 * 3. Every parameter of its own has a gradient.
 *
 * Slopes with `pretends` are held against that function, others are taken as they are. What `stopGradient` holds back stays
 * constant in both; a straight-through gradient of your own (`tf.customGrad`) shows as a difference.
 *
 * @param name - of a method of the kit, or one that `addMethod` made known
 * @returns the gradients of a layer, one row a tensor; none if neither its weights nor its inputs are binarized
 * @throws ConfigError if something is not as it says, with the numbers
 */
export function checkMethod(
  name: string,
  { seed = 1, progress = 0.5, tolerance = 0.03 }: MethodCheckOptions = {},
): GradientCheck[] {
  const binarizer = (binarizers as Readonly<Record<string, Binarizer | undefined>>)[name];
  if (!binarizer) throw new ConfigError(`There is no method "${name}". Known: ${Object.keys(binarizers).join(", ")}.`);
  return tf.tidy(() => {
    checkLeft(name, binarizer, new Random(seed), progress);
    if (binarizer.weight === "off" && binarizer.input === "off") return [];
    let unused: string | undefined;
    for (const attempt of [0, 1, 2, 3]) {
      const checks = checkGradients(binarizer, new Random(seed + attempt), progress);
      const wrong = checks.find(
        ({ largestGradient, largestDifference }) =>
          !(largestDifference <= tolerance * Math.max(largestGradient, smallest)),
      );
      if (wrong) {
        throw new ConfigError(
          `Method "${name}": the gradient of ${wrong.of} is not that of what is pretended. ${wrong.worst} ` +
            "Look at the slope, at operations that tf cannot differentiate, and at `tf.customGrad` of your own.",
        );
      }
      unused = checks.find(({ of, largestGradient }) => largestGradient === 0 && of !== "x")?.of;
      if (unused === undefined) return checks.map(({ worst: _, ...check }) => check);
      // Perhaps by chance, as behind a ReLU of few units: look at other numbers.
    }
    throw new ConfigError(`Method "${name}": nothing depends on the parameter ${unused}, so it would never learn.`);
  });
}

type Compared = GradientCheck & { readonly worst: string };

function checkGradients(binarizer: Binarizer, random: Random, progress: number): Compared[] {
  const site: Site = { role: "input", inputs, outputs, tokens, neverNegative: false };
  const normal = (shape: number[], size: number) =>
    tf.tensor(
      Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => size * random.normal()),
      shape,
    );
  const x = normal([images, tokens, inputs], 0.8);
  const weight = normal([inputs, outputs], 0.5);
  const tensors: Record<string, tf.Tensor> = { x, weight, bias: normal([outputs], 0.5) };
  const learned: [string, Readonly<Record<string, OwnParameter>>, tf.Tensor][] = [];
  if (binarizer.weight !== "off") {
    const own = weightQuantizerOf(binarizer.weight).parameters?.({ ...site, role: "weight" }, binarizer.weight);
    learned.push(["", own ?? {}, weight]);
  }
  if (binarizer.input !== "off") {
    learned.push(["input.", inputQuantizerOf(binarizer.input).parameters?.(site, binarizer.input) ?? {}, x]);
  }
  for (const [prefix, own, seen] of learned) {
    for (const [key, parameter] of Object.entries(own)) {
      tensors[prefix + key] = startNear(parameter, seen, readFloats(weight), random);
    }
  }
  const names = Object.keys(tensors);
  const layer = (values: readonly tf.Tensor[], run: typeof binaryLinear | typeof numericLayer) => {
    const { x: input, ...parameters } = Object.fromEntries(names.map((key, i) => [key, values[i]]));
    return run(input, parameters as unknown as BinaryLinearParameters, binarizer, { progress });
  };
  const numericLayer = (...[input, parameters, how]: Parameters<typeof binaryLinear>) =>
    pretendedLayer(input, parameters, how, site, progress);
  const direction = normal([images, tokens, outputs], 1);
  const all = Object.values(tensors);
  const gradients = tf.grads((...values) => {
    const y = tf.sum(tf.mul(layer(values, binaryLinear), direction));
    const none = values.map((value) => tf.mul(tf.sum(value), 0)); // so that what nothing depends on has a gradient of 0
    return tf.addN([y, ...none]) as tf.Scalar;
  })(all);

  const weights = readFloats(direction);
  return holding((evaluate) => {
    // The sum in float64: its differences are small against it.
    const loss = (values: readonly tf.Tensor[]): number =>
      tf.tidy(() =>
        evaluate(() => readFloats(layer(values, numericLayer)).reduce((sum, y, i) => sum + y * weights[i], 0)),
      );
    const start = loss(all);
    return names.map((of, at) => compare(of, all, at, readFloats(gradients[at]), start, loss));
  });
}

/** A parameter near to where training begins with it, but at no special place. */
function startNear(parameter: OwnParameter, seen: tf.Tensor, weight: Float32Array, random: Random): tf.Tensor {
  const { shape, start, fromFirstBatch } = parameter;
  const size = tf.util.sizeFromShape([...shape]);
  const from = fromFirstBatch
    ? readFloats(fromFirstBatch(seen))
    : typeof start === "number"
      ? new Float32Array(size).fill(start)
      : Float32Array.from(start({ weight, random }));
  return tf.tensor(
    Float32Array.from(from, (value) => value + 0.1 * random.normal()),
    [...shape],
  );
}

/** One tensor's gradient, number by number. */
function compare(
  of: string,
  all: readonly tf.Tensor[],
  at: number,
  given: Float32Array,
  start: number,
  loss: (values: readonly tf.Tensor[]) => number,
): Compared {
  const values = readFloats(all[at]);
  const moved = (i: number, by: number): number =>
    tf.tidy(() => {
      const copy = values.slice();
      copy[i] += by;
      return loss(all.map((tensor, j) => (j === at ? tf.tensor(copy, tensor.shape) : tensor)));
    });
  const rows = Array.from(given, (gradient, i) => {
    const [below, above] = [moved(i, -step), moved(i, step)];
    const bend = Math.abs(above - 2 * start + below) / step;
    return { i, gradient, numeric: (above - below) / (2 * step), bend };
  });
  const largestGradient = Math.max(...rows.map((row) => Math.max(Math.abs(row.gradient), Math.abs(row.numeric))));
  const smooth = rows.filter(({ bend }) => bend <= 0.04 * Math.max(largestGradient, smallest));
  const difference = (row: (typeof rows)[number]) => {
    const value = Math.abs(row.gradient - row.numeric);
    return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
  };
  const worst = smooth.reduce((a, b) => (difference(a) >= difference(b) ? a : b), smooth[0]);
  const number = (value: number) => `${Number(value.toPrecision(4))}`;
  return {
    of,
    compared: smooth.length,
    kinks: rows.length - smooth.length,
    largestGradient,
    largestDifference: worst ? difference(worst) : 0,
    worst: worst
      ? `Number ${worst.i} of ${rows.length}: training would use ${number(worst.gradient)}, numeric differentiation gives ${number(worst.numeric)}.`
      : "",
  };
}
