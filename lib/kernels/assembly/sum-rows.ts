import { loadLanes, storeLanes } from "./lanes";

/**
 * Sums of the columns of x [rows, width].
 *
 *     x     row 0 | row 1 | …      four rows at a time, in row order, onto
 *     sums  one row of `width` floats, which stays in the cache
 */
export function sumRows(x: usize, sums: usize, rows: i32, width: i32): void {
  const rowBytes: usize = <usize>width << 2;
  memory.fill(sums, 0, rowBytes);
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    for (let i = 0; i < width; i += 4) {
      const at = x + (<usize>i << 2);
      const left = width - i;
      const first = f32x4.add(loadLanes(at, left, 0), loadLanes(at + rowBytes, left, 0));
      const second = f32x4.add(loadLanes(at + rowBytes * 2, left, 0), loadLanes(at + rowBytes * 3, left, 0));
      addTo(sums + (<usize>i << 2), f32x4.add(first, second), left);
    }
    x += rowBytes << 2;
  }
  for (; row < rows; row++) {
    for (let i = 0; i < width; i += 4) {
      const left = width - i;
      addTo(sums + (<usize>i << 2), loadLanes(x + (<usize>i << 2), left, 0), left);
    }
    x += rowBytes;
  }
}

// @ts-ignore: decorator
@inline
function addTo(address: usize, value: v128, left: i32): void {
  storeLanes(address, f32x4.add(loadLanes(address, left, 0), value), left);
}
