import * as tf from "@tensorflow/tfjs";
import { hasKernels, kernels, type ShiftOptions } from "../backend/kernels";

/**
 * BHViT's shift of tokens, which stands beside an MLP: three ways to move tokens over their grid, each with a factor and an
 * offset of every channel.
 *
 * y = Σ_m m(x) · scale_m + offset_m, m: `rows`, the mean of 2δ + 1 tokens of a column; `columns`, the same of a row; `mix`,
 * a quarter of the channels from δ rows above, from below, from δ columns to the left, from the right
 *
 * Everything wraps around the edges. A token before those of the grid, such as a class token, stays as it is: m(x) = x.
 *
 * B: images, N: tokens, D: width
 *
 * @param x - shape [B, N, D]: the grid row by row, after a class token or not; or of class tokens alone, [B, 1, D]
 * @param scale - for rows, columns, mix; shape [3, D]
 * @param offset - shape [3, D]
 * @param options - rows and columns of the grid, and the distance δ, less than both
 * @returns shape of x
 *
 * Reference: Gao et al., *BHViT: Binarized Hybrid Vision Transformer*, 2025, shift module; details from its code.
 */
export function tokenShift(x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor, options: ShiftOptions): tf.Tensor {
  const { rows, columns, distance } = options;
  const alone = (x.shape[1] as number) < rows * columns;
  const grid = alone ? { rows: 0, columns: 0, distance } : options;
  if (!hasKernels()) return plainTokenShift(x, scale, offset, grid);
  const run = tf.customGrad((a, s, o, save) => {
    const [tokens, factors] = [a as tf.Tensor, s as tf.Tensor];
    (save as tf.GradSaveFunc)([tokens, factors]);
    const gradFunc = (dy: tf.Tensor, [savedX, savedScale]: tf.Tensor[]) => [
      kernels.tokenShift(dy, savedScale, tf.zerosLike(savedScale), { ...grid, distance: -distance }),
      kernels.tokenShiftScaleGrad(dy, savedX, grid),
      tf.tile(tf.reshape(kernels.sumRows(dy), [1, -1]), [3, 1]),
    ];
    return { value: kernels.tokenShift(tokens, factors, o as tf.Tensor, grid), gradFunc };
  }) as (x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) => tf.Tensor;
  return run(x, scale, offset);
}

function plainTokenShift(
  x: tf.Tensor,
  scale: tf.Tensor,
  offset: tf.Tensor,
  { rows, columns, distance }: ShiftOptions,
): tf.Tensor {
  const [batch, tokens, width] = x.shape as [number, number, number];
  const first = tokens - rows * columns;
  const before = tf.slice(x, [0, 0, 0], [batch, first, width]);
  const grid = tf.reshape(tf.slice(x, [0, first, 0], [batch, tokens - first, width]), [batch, rows, columns, width]);
  const row = (of: tf.Tensor, pattern: number) => tf.reshape(tf.slice(of, [pattern, 0], [1, width]), [width]);
  const shifted = [mean(grid, 1, distance), mean(grid, 2, distance), mix(grid, distance)].map((moved, pattern) => {
    const all = first === tokens ? x : tf.concat([before, tf.reshape(moved, [batch, tokens - first, width])], 1);
    return tf.add(tf.mul(all, row(scale, pattern)), row(offset, pattern));
  });
  return tf.add(tf.add(shifted[0], shifted[1]), shifted[2]);
}

function mean(grid: tf.Tensor, axis: number, distance: number): tf.Tensor {
  let sum = roll(grid, axis, distance); // from the token that stands first
  for (let by = distance - 1; by >= -distance; by--) sum = tf.add(sum, roll(grid, axis, by));
  return tf.div(sum, 2 * distance + 1);
}

function mix(grid: tf.Tensor, distance: number): tf.Tensor {
  const width = grid.shape[3] as number;
  const quarter = Math.ceil(width / 4);
  const moves = [
    [1, distance],
    [1, -distance],
    [2, distance],
    [2, -distance],
  ];
  const groups = moves.flatMap(([axis, by], group) => {
    const [from, to] = [group * quarter, Math.min((group + 1) * quarter, width)];
    return from < to ? [roll(part(grid, 3, from, to), axis, by)] : [];
  });
  return tf.concat(groups, 3);
}

/** Every element `by` places on along an axis, those at its end to its start. */
function roll(x: tf.Tensor, axis: number, by: number): tf.Tensor {
  const length = x.shape[axis] as number;
  const kept = length - ((by + length) % length);
  if (length === 0 || kept === length) return x;
  return tf.concat([part(x, axis, kept, length), part(x, axis, 0, kept)], axis);
}

function part(x: tf.Tensor, axis: number, from: number, to: number): tf.Tensor {
  const begin = x.shape.map((_, i) => (i === axis ? from : 0));
  return tf.slice(
    x,
    begin,
    x.shape.map((length, i) => (i === axis ? to - from : length)),
  );
}
