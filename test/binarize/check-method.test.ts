import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { checkMethod } from "../../lib/binarize/check-method";
import { type Method, use } from "../../lib/binarize/method";
import { methods } from "../../lib/binarize/methods";
import { type InputQuantizer, inputQuantizer, plainSigns, weightQuantizer } from "../../lib/binarize/quantizer";
import { addMethod } from "../../lib/binarize/registry";
import type { Slope } from "../../lib/binarize/slope";
import { slopes } from "../../lib/binarize/slopes";
import { stopGradient } from "../../lib/ops/stop-gradient";

beforeAll(() => useBackend("wasm"));

const kits = Object.keys(methods);

test.each(kits)("the kit's %s is what it says", (name) => {
  const rows = checkMethod(name);
  for (const { of, largestGradient, largestDifference, compared, kinks } of rows) {
    expect(largestDifference, of).toBeLessThan(2e-3 * largestGradient);
    expect(kinks, of).toBeLessThan(0.2 * (compared + kinks));
  }
});

test("every tensor of a layer has its row", () => {
  expect(checkMethod("xnor-plus").map(({ of, compared }) => [of, compared])).toEqual([
    ["x", 120],
    ["weight", 32],
    ["bias", 4],
    ["alpha", 4],
    ["input.position", 5],
  ]);
});

/** Of probabilities: a quarter of the row's largest. */
const ofRows: InputQuantizer = {
  name: "rows",
  revision: 1,
  settings: {},
  rule: () => ({ share: 0.25, slope: slopes.identity, levels: "zero-one" }),
  left: () => ({ thresholds: 0, shares: true, factor: "none", levels: "zero-one" }),
  refuses: ({ role }) => (role === "probabilities" ? undefined : "it is for rows"),
};

/** A method of two quantizers, right but for what is said; or three. */
let count = 0;
function check(parts: { weight?: object; input?: object; probabilities?: Partial<InputQuantizer> }): void {
  const name = `mine-${count++}`;
  const input = inputQuantizer({
    name,
    revision: 1,
    settings: {},
    parameters: () => ({ threshold: { shape: [1], start: 0 } }),
    rule: (_, { threshold }) => ({ threshold, slope: slopes.approx, gain: tf.tensor1d([2]) }),
    left: () => ({ ...plainSigns, thresholds: 1 }),
    ...parts.input,
  } as InputQuantizer);
  const weight = weightQuantizer({
    name,
    revision: 1,
    settings: {},
    parameters: () => ({ size: { shape: [1], start: 1 } }),
    quantize: (latent, { size }) => ({
      latent,
      slope: slopes.swish,
      factor: tf.mul(size, stopGradient(tf.mean(tf.abs(latent), 0, true))),
    }),
    factors: () => "per-output" as const,
    ...parts.weight,
  });
  const method = { title: name, reference: "", weight: use(weight), input: use(input) } satisfies Method;
  const own = parts.probabilities && inputQuantizer({ ...ofRows, name: `${name} rows`, ...parts.probabilities });
  addMethod(name, own ? { ...method, probabilities: use(own) } : method);
  checkMethod(name);
}

test("a right one passes", () => {
  expect(() => check({})).not.toThrow();
  expect(() => check({ probabilities: {} })).not.toThrow();
});

describe("is refused", () => {
  /** Pretends tanh, and has another slope. */
  const wrong: Slope = { revision: 1, at: (x) => tf.div(1, tf.add(1, tf.square(x))), pretends: Math.tanh };
  const quantizeBy = (change: (w: tf.Tensor) => tf.Tensor) => ({
    quantize: (w: tf.Tensor, { size }: { size: tf.Tensor }) => ({
      latent: change(w),
      slope: slopes.clip,
      factor: tf.mul(size, tf.mean(tf.abs(w), 0, true)),
    }),
  });

  test.each<[string, Parameters<typeof check>[0], string | RegExp]>([
    [
      "a slope of inputs that is not what it pretends",
      { input: { rule: (_: tf.Tensor, { threshold }: { threshold: tf.Tensor }) => ({ threshold, slope: wrong }) } },
      /gradient of x is not that of what is pretended. Number \d+ of 120: training would use -?[\d.]+, numeric/,
    ],
    [
      "a slope of weights that is not what it pretends",
      {
        weight: {
          quantize: (latent: tf.Tensor, { size }: { size: tf.Tensor }) => ({
            latent,
            slope: wrong,
            factor: tf.reshape(size, [1, 1]),
          }),
          factors: () => "one",
        },
      },
      "gradient of weight is not",
    ],
    [
      "a gradient that is lost",
      { weight: quantizeBy((w) => tf.add(w, tf.mul(hides(w), 0.5))) },
      "gradient of weight is not",
    ],
    [
      "a parameter that nothing depends on",
      { weight: { parameters: () => ({ size: { shape: [1], start: 1 }, idle: { shape: [2], start: 1 } }) } },
      "nothing depends on the parameter idle",
    ],
    [
      "factors that are others than it says",
      { weight: { factors: () => "one" } },
      /says that its factors are "one".*\[1,1\].*gives \[1,4\]/,
    ],
    [
      "thresholds that it keeps quiet about",
      { input: { left: () => plainSigns } },
      "has thresholds 0, but its rule has 1",
    ],
    [
      "levels that are others",
      { input: { left: () => ({ ...plainSigns, thresholds: 1, levels: "zero-one" }) } },
      "levels zero-one, but its rule has signs",
    ],
    [
      "a factor that it keeps quiet about",
      {
        input: {
          rule: (_: tf.Tensor, { threshold }: { threshold: tf.Tensor }) => ({
            threshold,
            slope: slopes.clip,
            factor: "token",
          }),
        },
      },
      "factor none, but its rule has token",
    ],
    [
      "a threshold that follows the input",
      { input: { rule: (x: tf.Tensor) => ({ threshold: tf.reshape(tf.mean(x), [1]), slope: slopes.clip }) } },
      "follows what comes in",
    ],
    [
      "a share that it keeps quiet about",
      { probabilities: { left: () => ({ thresholds: 0, factor: "none", levels: "zero-one" }) } },
      "has shares false, but its rule has true",
    ],
    [
      "a share that it says and has not",
      { probabilities: { rule: () => ({ slope: slopes.identity, levels: "zero-one" }) } },
      "has shares true, but its rule has false",
    ],
    [
      "more thresholds beside a share than it says",
      {
        probabilities: {
          rule: () => ({ share: 0.25, threshold: tf.tensor1d([0.1]), slope: slopes.identity, levels: "zero-one" }),
        },
      },
      "has thresholds 0, but its rule has 1",
    ],
    [
      "a threshold of probabilities that follows them otherwise",
      {
        probabilities: {
          rule: (p) => ({ threshold: tf.reshape(tf.max(p), [1]), slope: slopes.identity, levels: "zero-one" }),
          left: () => ({ thresholds: 1, factor: "none", levels: "zero-one" }),
        },
      },
      "follows what comes in",
    ],
    [
      "a share of inputs",
      {
        input: {
          parameters: () => ({}),
          rule: () => ({ share: 0.5, slope: slopes.clip }),
          left: () => ({ ...plainSigns, shares: true }),
        },
      },
      "has a share for input, but only attention probabilities",
    ],
    [
      "a latent matrix of another shape",
      { weight: quantizeBy((w) => tf.transpose(w)) },
      "the latent matrix is [4,8], expected [8,4]",
    ],
  ])("%s", (_, parts, message) => {
    expect(() => check(parts)).toThrow(message);
  });

  test("a name that there is not", () => {
    expect(() => checkMethod("nobody")).toThrow('There is no method "nobody". Known: unscaled, ');
  });
});

/** x, whose gradient is silently 0. */
const hides = tf.customGrad((x) => ({
  value: (x as tf.Tensor).clone(),
  gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
})) as (x: tf.Tensor) => tf.Tensor;
