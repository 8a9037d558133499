import { loadLanes, storeLanes } from "./lanes";
import { Nullable } from "./onward";

/**
 * Tokens of a grid, moved in three ways around its edges, each way with a factor and an offset of every channel:
 * y = ((m₀ · scale₀ + offset₀) + (m₁ · scale₁ + offset₁)) + (m₂ · scale₂ + offset₂), each step rounded.
 *
 *     x, y    batch · tokens rows of `width` floats; the last rows · columns tokens of an image are the grid, row by
 *             row, and those before it stay: m₀ = m₁ = m₂ = x; rows = columns = 0 where there is no grid
 *     scale, offset    [3, width]; no offset is 0
 *
 *     m₀      mean of 2 |distance| + 1 tokens of a column: added up from the uppermost down, then divided
 *     m₁      the same of a row, from the left
 *     m₂      a quarter of the channels each, rounded up, the last one what is left: from `distance` rows above, from
 *             below, from `distance` columns to the left, from the right; a negative distance turns these around
 *
 * |distance| is below rows and columns. Without offset and with −distance it is the gradient of x.
 *
 * Reference: Gao et al., *BHViT: Binarized Hybrid Vision Transformer*, 2025, shift module.
 */
export function tokenShift(
  x: usize,
  scale: usize,
  offset: Nullable,
  y: usize,
  batch: i32,
  tokens: i32,
  rows: i32,
  columns: i32,
  width: i32,
  distance: i32,
): void {
  const rowBytes: usize = <usize>width << 2;
  const first = tokens - rows * columns;
  for (let image = 0; image < batch; image++) {
    for (let token = 0; token < first; token++) {
      shiftGrid(x, scale, offset, y, 1, 1, width, 0);
      x += rowBytes;
      y += rowBytes;
    }
    shiftGrid(x, scale, offset, y, rows, columns, width, distance);
    x += rowBytes * (rows * columns);
    y += rowBytes * (rows * columns);
  }
}

function shiftGrid(
  x: usize,
  scale: usize,
  offset: usize,
  y: usize,
  rows: i32,
  columns: i32,
  width: i32,
  distance: i32,
): void {
  const rowBytes: usize = <usize>width << 2;
  const quarter = (width + 3) / 4;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let group = 0; group < 4; group++) {
        const source = mixed(x, group, row, column, rows, columns, rowBytes, distance);
        const end = min((group + 1) * quarter, width);
        for (let i = group * quarter; i < end; i += 4) {
          const at = <usize>i << 2;
          const left = end - i;
          const vertical = meanOfColumn(x + at, row, column, rows, columns, rowBytes, distance, left);
          const horizontal = meanOfRow(x + at, row, column, columns, rowBytes, distance, left);
          let a = f32x4.mul(vertical, loadLanes(scale + at, left, 0));
          let b = f32x4.mul(horizontal, loadLanes(scale + rowBytes + at, left, 0));
          let c = f32x4.mul(loadLanes(source + at, left, 0), loadLanes(scale + 2 * rowBytes + at, left, 0));
          if (offset !== 0) {
            a = f32x4.add(a, loadLanes(offset + at, left, 0));
            b = f32x4.add(b, loadLanes(offset + rowBytes + at, left, 0));
            c = f32x4.add(c, loadLanes(offset + 2 * rowBytes + at, left, 0));
          }
          storeLanes(y + at, f32x4.add(f32x4.add(a, b), c), left);
        }
      }
      y += rowBytes;
    }
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
): void {
  const rowBytes: usize = <usize>width << 2;
  const first = tokens - rows * columns;
  memory.fill(dscale, 0, 3 * rowBytes);
  for (let image = 0; image < batch; image++) {
    for (let token = 0; token < first; token++) {
      addGrid(dy, x, dscale, 1, 1, width, 0);
      dy += rowBytes;
      x += rowBytes;
    }
    addGrid(dy, x, dscale, rows, columns, width, distance);
    dy += rowBytes * (rows * columns);
    x += rowBytes * (rows * columns);
  }
}

function addGrid(dy: usize, x: usize, dscale: usize, rows: i32, columns: i32, width: i32, distance: i32): void {
  const rowBytes: usize = <usize>width << 2;
  const quarter = (width + 3) / 4;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let group = 0; group < 4; group++) {
        const source = mixed(x, group, row, column, rows, columns, rowBytes, distance);
        const end = min((group + 1) * quarter, width);
        for (let i = group * quarter; i < end; i += 4) {
          const at = <usize>i << 2;
          const left = end - i;
          const up = loadLanes(dy + at, left, 0);
          const vertical = meanOfColumn(x + at, row, column, rows, columns, rowBytes, distance, left);
          const horizontal = meanOfRow(x + at, row, column, columns, rowBytes, distance, left);
          addProduct(dscale + at, up, vertical, left);
          addProduct(dscale + rowBytes + at, up, horizontal, left);
          addProduct(dscale + 2 * rowBytes + at, up, loadLanes(source + at, left, 0), left);
        }
      }
      dy += rowBytes;
    }
  }
}

// @ts-ignore: decorator
@inline
function addProduct(to: usize, a: v128, b: v128, left: i32): void {
  storeLanes(to, f32x4.add(loadLanes(to, left, 0), f32x4.mul(a, b)), left);
}

/** An index that is less than `length` outside of 0 … length − 1, around the edge. */
// @ts-ignore: decorator
@inline
function around(index: i32, length: i32): i32 {
  if (index < 0) return index + length;
  return index < length ? index : index - length;
}

/** The token that a group of channels is taken from. */
function mixed(
  x: usize,
  group: i32,
  row: i32,
  column: i32,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  distance: i32,
): usize {
  const by = (group & 1) === 0 ? -distance : distance;
  if (group < 2) row = around(row + by, rows);
  else column = around(column + by, columns);
  return x + rowBytes * (row * columns + column);
}

// @ts-ignore: decorator
@inline
function meanOfColumn(
  x: usize,
  row: i32,
  column: i32,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  distance: i32,
  left: i32,
): v128 {
  const reach = abs(distance);
  const count: i32 = 2 * reach + 1;
  let sum = loadLanes(x + rowBytes * (around(row - reach, rows) * columns + column), left, 0);
  for (let k = 1 - reach; k <= reach; k++) {
    sum = f32x4.add(sum, loadLanes(x + rowBytes * (around(row + k, rows) * columns + column), left, 0));
  }
  return f32x4.div(sum, f32x4.splat(<f32>count));
}

// @ts-ignore: decorator
@inline
function meanOfRow(x: usize, row: i32, column: i32, columns: i32, rowBytes: usize, distance: i32, left: i32): v128 {
  const reach = abs(distance);
  const count: i32 = 2 * reach + 1;
  const line = x + rowBytes * (row * columns);
  let sum = loadLanes(line + rowBytes * around(column - reach, columns), left, 0);
  for (let k = 1 - reach; k <= reach; k++) {
    sum = f32x4.add(sum, loadLanes(line + rowBytes * around(column + k, columns), left, 0));
  }
  return f32x4.div(sum, f32x4.splat(<f32>count));
}
