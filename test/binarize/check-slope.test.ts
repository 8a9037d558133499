import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { checkSlope } from "../../lib/binarize/check-slope";
import type { Slope } from "../../lib/binarize/slope";
import { type SlopeName, slopes } from "../../lib/binarize/slopes";

beforeAll(() => useBackend("wasm"));

const pretended = (name: SlopeName) => (slopes[name] as Slope).pretends as NonNullable<Slope["pretends"]>;

const slope = (at: Slope["at"]): Slope => ({ revision: 1, at });

test.each(Object.keys(slopes) as SlopeName[])("the kit's %s is the derivative of what it pretends", (name) => {
  const { compared, kinks, largestDifference } = checkSlope(name);
  expect(compared + kinks).toBe(3 * 601);
  expect(kinks).toBe(name === "clip" ? 6 : 0);
  expect(largestDifference).toBeLessThan(1e-4);
});

test("a slope of one's own with its function", () => {
  const tanh = slope((x) => tf.sub(1, tf.square(tf.tanh(x))));
  expect(checkSlope(tanh, Math.tanh)).toMatchObject({ compared: 1803, kinks: 0 });
});

describe("wrong slopes", () => {
  test("are named with the place and both numbers", () => {
    const half = slope((x) => tf.mul(tf.sub(1, tf.square(tf.tanh(x))), 0.5));
    expect(() => checkSlope(half, Math.tanh)).toThrow(
      /at 601 of 601 points \(progress 0\).* Worst at x = 0: the slope gives 0\.5, the function has 1\./,
    );
  });

  test.each<[string, Slope, (x: number, progress: number) => number]>([
    ["a little too steep", slope((x, p) => tf.mul(slopes.approx.at(x, p), 1.005)), pretended("approx")],
    ["too wide", slope((x) => tf.cast(tf.lessEqual(tf.abs(x), 1.1), "float32")), pretended("clip")],
    ["of another moment", slope((x) => slopes.ede.at(x, 1)), pretended("ede")],
    [
      "not a number somewhere",
      slope((x) => tf.where(tf.less(x, -2.9), Number.NaN, slopes.clip.at(x, 1))),
      pretended("clip"),
    ],
    ["shifted", slope((x) => slopes.swish.at(tf.sub(x, 0.05), 1)), pretended("swish")],
  ])("%s", (_, wrong, f) => {
    expect(() => checkSlope(wrong, f)).toThrow("not the derivative");
  });

  test("a shape of its own, no function, one that has no derivative, an empty grid", () => {
    expect(() =>
      checkSlope(
        slope((x) => tf.sum(x)),
        Math.tanh,
      ),
    ).toThrow("expected 601 numbers, got 1");
    expect(() => checkSlope(slope((x) => x))).toThrow("does not say what it pretends");
    expect(() => checkSlope("clip", (x) => Math.sin(x * 1e6))).toThrow(/bends or jumps at \d+ of 601/);
    expect(() => checkSlope("clip", undefined, { points: 1 })).toThrow("at least two points");
  });
});
