import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { useBackend } from "../../lib/backend/select";
import { repeat } from "../../lib/ops/repeat";

describe.each(["wasm", "cpu"] as const)("a row for every image on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each([1, 3, 64, 256])("has the gradient of tf.tile, %i images added up in the same order", (count) => {
    const x = tf.randomNormal([1, 1, 19], 0, 1, "float32", 3);
    const dy = tf.randomNormal([count, 1, 19], 0, 1, "float32", 4);
    const stock = (row: tf.Tensor) => tf.tile(row, [count, 1, 1]);
    expect(repeat(x, count).shape).toEqual([count, 1, 19]);
    expect(repeat(x, count).dataSync()).toEqual(stock(x).dataSync());
    const [got, expected] = [(row: tf.Tensor) => repeat(row, count), stock].map((f) => tf.grad(f)(x, dy));
    expect(got.shape).toEqual([1, 1, 19]);
    if (backend === "wasm") expect(got.dataSync()).toEqual(expected.dataSync());
    else for (const [i, value] of got.dataSync().entries()) expect(value).toBeCloseTo(expected.dataSync()[i], 4);
  });
});
