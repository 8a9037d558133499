import { add } from "./add";
import { loadLanes, storeLanes } from "./lanes";

/**
 * Tokens of a grid, moved in three ways around its edges, each way with a factor and an offset of every channel:
 * y = ((m₀ · scale₀ + offset₀) + (m₁ · scale₁ + offset₁)) + (m₂ · scale₂ + offset₂), each step rounded.
 *
 *     x, y    batch · tokens rows of `width` floats; the last rows · columns tokens of an image are the grid, row by
 *             row, and those before it stay: m₀ = m₁ = m₂ = x; rows = columns = 0 where there is no grid
 *     scale, offset    [3, width]
 *     scratch    one row of sums, which stays in the cache
 *
 *     m₀      mean of 2 |distance| + 1 tokens of a column: added up from the uppermost down, then divided
 *     m₁      the same of a row, from the left
 *     m₂      a quarter of the channels each, rounded up, the last one what is left: from `distance` rows above, from
 *             below, from `distance` columns to the left, from the right; a negative distance turns these around
 *
 * |distance| is below rows and columns. With offsets of 0 and −distance it is the gradient of x.
 *
 * Reference: Gao et al., *BHViT: Binarized Hybrid Vision Transformer*, 2025, shift module.
 */
export function tokenShift(
  x: usize,
  scale: usize,
  offset: usize,
  y: usize,
  batch: i32,
  tokens: i32,
  rows: i32,
  columns: i32,
  width: i32,
  distance: i32,
  scratch: usize,
): void {
  const rowBytes: usize = <usize>width << 2;
  const first = tokens - rows * columns;
  for (let image = 0; image < batch; image++) {
    for (let token = 0; token < tokens; token++) {
      const inGrid = token >= first;
      const cell = inGrid ? token - first : 0;
      const by = inGrid ? distance : 0;
      const means = 2 * abs(by) + 1;
      const grid = x + rowBytes * (token - cell);
      for (let part = 0; part < 6; part++) {
        let from = movedPart(grid, part, cell, rows, inGrid ? columns : 1, width, by, scratch);
        let i = startOf(part, width);
        const end = endOf(part, width);
        const start = <usize>i << 2;
        const count: f32 = part < 2 ? <f32>means : 1;
        from += start;
        let to = y + start;
        let own = <usize>min(part, 2) * rowBytes + start;
        for (; i + 4 <= end; i += 4) {
          let term = f32x4.div(v128.load(from), f32x4.splat(count));
          term = f32x4.add(f32x4.mul(term, v128.load(scale + own)), v128.load(offset + own));
          if (part > 0) term = f32x4.add(v128.load(to), term);
          v128.store(to, term);
          from += 16;
          own += 16;
          to += 16;
        }
        for (; i < end; i++) {
          let term = (f32.load(from) / count) * f32.load(scale + own) + f32.load(offset + own);
          if (part > 0) term += f32.load(to);
          f32.store(to, term);
          from += 4;
          own += 4;
          to += 4;
        }
      }
      y += rowBytes;
    }
    x += rowBytes * tokens;
  }
}

/** dscale [3, width] = Σ dy · m over all tokens, m as above. */
export function tokenShiftScaleGrad(
  dy: usize,
  x: usize,
  dscale: usize,
  batch: i32,
  tokens: i32,
  rows: i32,
  columns: i32,
  width: i32,
  distance: i32,
  scratch: usize,
): void {
  const rowBytes: usize = <usize>width << 2;
  const first = tokens - rows * columns;
  memory.fill(dscale, 0, 3 * rowBytes);
  for (let image = 0; image < batch; image++) {
    for (let token = 0; token < tokens; token++) {
      const inGrid = token >= first;
      const cell = inGrid ? token - first : 0;
      const by = inGrid ? distance : 0;
      const means = 2 * abs(by) + 1;
      const grid = x + rowBytes * (token - cell);
      for (let part = 0; part < 6; part++) {
        const moved = movedPart(grid, part, cell, rows, inGrid ? columns : 1, width, by, scratch);
        const sums = dscale + <usize>min(part, 2) * rowBytes;
        const end = endOf(part, width);
        const count: f32 = part < 2 ? <f32>means : 1;
        for (let i = startOf(part, width); i < end; i += 4) {
          const at = <usize>i << 2;
          const left = end - i;
          let term = f32x4.div(loadLanes(moved + at, left, 0), f32x4.splat(count));
          term = f32x4.mul(loadLanes(dy + at, left, 0), term);
          storeLanes(sums + at, f32x4.add(loadLanes(sums + at, left, 0), term), left);
        }
      }
      dy += rowBytes;
    }
    x += rowBytes * tokens;
  }
}

// Parts: all channels of m₀, all of m₁, and the four quarters of m₂.
// @ts-ignore: decorator
@inline
function startOf(part: i32, width: i32): i32 {
  return part < 2 ? 0 : min((part - 2) * ((width + 3) / 4), width);
}

// @ts-ignore: decorator
@inline
function endOf(part: i32, width: i32): i32 {
  return part < 2 ? width : startOf(part + 1, width);
}

/** Where a part of a cell is: the sum of some tokens in scratch, or a token itself. */
function movedPart(
  grid: usize,
  part: i32,
  cell: i32,
  rows: i32,
  columns: i32,
  width: i32,
  distance: i32,
  scratch: usize,
): usize {
  const row = cell / columns;
  const column = cell - row * columns;
  const vertical = part === 0 || part === 2 || part === 3;
  const length = vertical ? rows : columns;
  const place = vertical ? row : column;
  const rowBytes: usize = <usize>width << 2;
  const step = vertical ? rowBytes * columns : rowBytes;
  const line = grid + rowBytes * cell - step * place;
  let last = abs(distance);
  let k = -last;
  if (part >= 2) k = last = (part & 1) === 0 ? -distance : distance;
  let sum: usize = 0;
  for (; k <= last; k++) {
    let around = place + k;
    if (around < 0) around += length;
    if (around >= length) around -= length;
    const token = line + step * around;
    if (sum !== 0) {
      add(sum, token, scratch, 1, width);
      sum = scratch;
    } else sum = token;
  }
  return sum;
}
