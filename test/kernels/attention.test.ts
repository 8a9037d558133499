import { expect, test } from "vitest";
import { Random } from "../../lib/base/random";
import * as reference from "../../lib/kernels/reference";
import { Arena, normals, worstError } from "./arena";

const shapes: reference.AttentionShape[] = [
  [1, 1, 1, 1],
  [2, 3, 6, 2],
  [2, 17, 64, 4],
  [1, 31, 33, 3],
  [1, 32, 32, 1],
  [1, 33, 10, 2],
  [3, 65, 128, 4],
  [1, 64, 63, 9],
  [1, 129, 20, 4],
  [2, 8, 18, 2],
  [1, 15, 16, 2],
  [1, 16, 34, 2],
  [1, 63, 62, 2],
  [1, 257, 17, 1],
  [1, 7, 259, 1],
];

function run(qkv: Float32Array, dout: Float32Array, shape: reference.AttentionShape) {
  const [batch, tokens, width, heads] = shape;
  const arena = new Arena();
  const [qkvAt, doutAt] = [arena.put(qkv), arena.put(dout)];
  const counts = [batch * tokens * width, batch * heads * tokens ** 2, batch * tokens * 3 * width];
  const [out, probs, dqkv] = counts.map((count) => arena.room(count));
  const scratch = arena.room(Math.ceil(arena.kernels.attentionScratch({ tokens, width, heads }) / 4));
  const sizes = { batch, tokens, width, heads, scratch };
  arena.kernels.attention({ qkv: qkvAt, out, probs, queries: tokens, ...sizes });
  arena.kernels.attentionGrad({ dout: doutAt, qkv: qkvAt, probs, dqkv, queries: tokens, ...sizes });
  expect(arena.intact()).toBe(true);
  return [out, probs, dqkv].map((at, i) => arena.read(at, counts[i]));
}

test.each(shapes)("attention of %i images, %i tokens, width %i, %i heads, within 1e-5", (...shape) => {
  const [batch, tokens, width] = shape;
  const random = new Random(...shape);
  const [qkv, dout] = [normals(random, batch * tokens * 3 * width), normals(random, batch * tokens * width)];
  const [out, probs, dqkv] = run(qkv, dout, shape);
  const forward = reference.attention(qkv, shape);
  expect(worstError(out, forward.out)).toBeLessThan(1e-5);
  expect(worstError(probs, forward.probs)).toBeLessThan(1e-5);
  expect(worstError(dqkv, reference.attentionGrad(dout, qkv, forward.probs, shape))).toBeLessThan(1e-5);
});

test.each(shapes)("the first token of %i images, %i tokens, width %i, %i heads alone: the same bits", (...shape) => {
  const [batch, tokens, width, heads] = shape;
  const qkv = normals(new Random(...shape), batch * tokens * 3 * width);
  const [whole] = run(qkv, new Float32Array(batch * tokens * width), shape);
  const arena = new Arena();
  const [qkvAt, out, probs] = [arena.put(qkv), arena.room(batch * width), arena.room(batch * heads * tokens)];
  const scratch = arena.room(Math.ceil(arena.kernels.attentionScratch({ tokens, width, heads }) / 4));
  const sizes = { batch, tokens, width, heads, queries: 1, scratch };
  arena.kernels.attention({ qkv: qkvAt, out, probs, ...sizes });
  expect(arena.intact()).toBe(true);
  const first = (i: number) => Math.floor(i / width) % tokens === 0;
  expect(arena.read(out, batch * width)).toEqual(whole.filter((_, i) => first(i)));

  // Its gradient is that of all tokens, of whose contexts only the first has one.
  const dout = normals(new Random(...shape, 1), batch * tokens * width).map((value, i) => (first(i) ? value : 0));
  const [, , expected] = run(qkv, dout, shape);
  const [doutAt, dqkv] = [arena.put(dout.filter((_, i) => first(i))), arena.room(qkv.length)];
  arena.kernels.attentionGrad({ dout: doutAt, qkv: qkvAt, probs, dqkv, ...sizes });
  expect(arena.intact()).toBe(true);
  expect(arena.read(dqkv, qkv.length).map((value) => value + 0)).toEqual(expected.map((value) => value + 0)); // −0 is 0
});

test.each(shapes)(
  "the context of %i images, %i tokens, width %i, %i heads without probabilities: the same bits",
  (...shape) => {
    const [batch, tokens, width, heads] = shape;
    const qkv = normals(new Random(...shape), batch * tokens * 3 * width);
    const [whole] = run(qkv, new Float32Array(batch * tokens * width), shape);
    const arena = new Arena();
    const [qkvAt, out] = [arena.put(qkv), arena.room(batch * tokens * width)];
    const scratch = arena.room(Math.ceil(arena.kernels.attentionScratch({ tokens, width, heads }) / 4));
    arena.kernels.attention({ qkv: qkvAt, out, batch, tokens, width, heads, queries: tokens, scratch });
    expect(arena.intact()).toBe(true);
    expect(arena.read(out, batch * tokens * width)).toEqual(whole);
  },
);

test("scores in the thousands neither overflow nor leave a row that does not sum to 1", () => {
  const shape: reference.AttentionShape = [1, 5, 4, 1];
  const qkv = normals(new Random(8), 60).map((value) => 60 * value);
  const [out, probs] = run(qkv, new Float32Array(20), shape);
  const forward = reference.attention(qkv, shape);
  expect(worstError(probs, forward.probs)).toBeLessThan(1e-3); // scores of some thousand carry rounding of 1e-4
  expect(worstError(out, forward.out)).toBeLessThan(1e-2);
});

test("a NaN in one image stays in that image and is seen", () => {
  const shape: reference.AttentionShape = [2, 3, 4, 1];
  const qkv = normals(new Random(9), 72);
  qkv[0] = Number.NaN;
  const [out] = run(qkv, new Float32Array(24), shape);
  expect(out[0]).toBeNaN();
  expect(out.subarray(12).every(Number.isFinite)).toBe(true);
});
