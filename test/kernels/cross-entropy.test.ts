import { expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference";
import { Arena, normals, worstError } from "./arena";

function run(logits: Float32Array, labels: Float32Array, classes: number, smoothing: number, share: number) {
  const arena = new Arena();
  const [z, t, gradient, loss] = [
    arena.put(logits),
    arena.put(labels),
    arena.room(logits.length),
    arena.room(1),
  ] as const;
  arena.kernels.crossEntropy({ logits: z, labels: t, gradient, loss, rows: labels.length, classes, smoothing, share });
  expect(arena.intact()).toBe(true);
  return { loss: arena.read(loss, 1)[0], gradient: arena.read(gradient, logits.length) };
}

test.each([
  [1, 2, 0],
  [3, 10, 0.1],
  [31, 3, 0.2],
  [64, 33, 0],
  [7, 100, 0.05],
  [2, 65, 1],
])("cross entropy of %i rows, %i classes, smoothing %f, within 1e-5", (rows, classes, smoothing) => {
  const random = new Random(rows, classes);
  const logits = normals(random, rows * classes).map((value) => 5 * value);
  const labels = Float32Array.from({ length: rows }, () => Math.floor(random.uniform() * classes));
  const got = run(logits, labels, classes, smoothing, 1 / rows);
  const expected = reference.crossEntropy(logits, labels, classes, smoothing, 1 / rows);
  expect(worstError([got.loss], [expected.loss])).toBeLessThan(1e-5);
  expect(worstError(got.gradient, expected.gradient)).toBeLessThan(1e-5);
});

test("logits in the hundreds neither overflow nor become NaN", () => {
  const { loss, gradient } = run(Float32Array.of(500, -500, 0), Float32Array.of(1), 3, 0, 1);
  expect(loss).toBeCloseTo(1000, 3);
  expect([...gradient]).toEqual([1, -1, 0]);
});

test.each([-1, 3])("a label of %d among 3 classes makes the loss NaN and writes nowhere else", (label) => {
  const { loss } = run(Float32Array.of(1, 2, 3), Float32Array.of(label), 3, 0, 1);
  expect(loss).toBeNaN();
});
