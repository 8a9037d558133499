import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { readFloats } from "../../lib/backend/read";
import { Random } from "../../lib/base/random";
import { startFromBatch } from "../../lib/vit/first-batch";
import { forward } from "../../lib/vit/model";
import { initialParameters, type ParameterArrays, toTensors } from "../../lib/vit/parameters";
import { backends } from "../verify/backends";
import { smallModel } from "./small-model";

const random = new Random(11);
const images = Float32Array.from({ length: 3 * 4 * 4 * 2 }, () => random.normal());
const everything = { conv: "lsq", mlp: "lsq", mhsa: "lsq", scores: "lsq", values: "bit" } as const;

const meanSize = (x: ArrayLike<number>): number =>
  Array.from(x).reduce((sum, value) => sum + Math.abs(value), 0) / x.length;

/** What reaches each quantizer of a model with these parameters. */
function reaching(config: ReturnType<typeof smallModel>, parameters: ParameterArrays): Map<string, Float32Array> {
  const seen = new Map<string, Float32Array>();
  tf.tidy(() => {
    const onInput = (site: string, x: tf.Tensor) => seen.set(site, readFloats(x).slice());
    forward(config, toTensors(parameters), tf.tensor(images, [3, 4, 4, 2]), { progress: 0, onInput });
  });
  return seen;
}

describe.each(backends)("the first batch on $name", ({ use }) => {
  beforeAll(async () => {
    await use();
  });

  test("starts LSQ's step of the patches at twice the mean size of the pixels", () => {
    const config = smallModel({ binarize: { conv: "lsq" } });
    const started = startFromBatch(config, initialParameters(config, 1), images);
    expect(started["patch.input.step"].shape).toEqual([1]);
    expect(started["patch.input.step"].data[0]).toBeCloseTo(2 * meanSize(images), 5);
  });

  test("starts every step at twice the mean size of what reaches it, given those before it", () => {
    const config = smallModel({ binarize: everything });
    const fresh = initialParameters(config, 1);
    const started = startFromBatch(config, fresh, images);
    const seen = reaching(config, started);
    const steps = Object.keys(started).filter((name) => name.endsWith(".step"));
    // The patches, four layers of each of two blocks, their queries and keys; values are BiT's.
    expect(steps).toHaveLength(1 + 2 * (4 + 2));
    for (const name of steps) {
      const x = seen.get(name.slice(0, -".step".length)) as Float32Array;
      expect(started[name].data[0], name).toBeCloseTo(2 * meanSize(x), 5);
    }
    for (const block of [0, 1]) {
      const at = (role: string) => `blocks.${block}.attention.values.${role}`;
      const [value, probabilities] = ["value", "probabilities"].map((role) => seen.get(at(role)) as Float32Array);
      expect(started[at("value.scale")].data[0]).toBeCloseTo(2 * meanSize(value), 5);
      expect(started[at("probabilities.scale")].data[0]).toBeCloseTo(4 * meanSize(probabilities), 5);
    }
    const touched = Object.keys(fresh).filter((name) => started[name] !== fresh[name]);
    expect(touched.every((name) => name.endsWith(".step") || name.endsWith(".scale"))).toBe(true);
    for (const name of steps) expect(fresh[name].data[0], "what is given stays as it is").toBe(1);
  });

  test("frees what it makes", () => {
    const config = smallModel({ binarize: everything });
    const fresh = initialParameters(config, 1);
    const before = tf.memory().numTensors;
    startFromBatch(config, fresh, images);
    expect(tf.memory().numTensors).toBe(before);
  });
});

test("where no quantizer asks, parameters are the very same", () => {
  const config = smallModel({ binarize: { conv: "react-net", mlp: "learned", mhsa: "channel" } });
  const fresh = initialParameters(config, 1);
  expect(startFromBatch(config, fresh, images)).toBe(fresh);
});
