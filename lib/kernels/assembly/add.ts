import { loadLanes, storeLanes } from "./lanes";

/**
 * y = a + b, b added to every row of a: rows = 1 adds two arrays of one shape.
 *
 *     a, y   row 0 | row 1 | …   each `width` floats
 *     b      one row
 */
export function add(a: usize, b: usize, y: usize, rows: i32, width: i32): void {
  const rowBytes: usize = <usize>width << 2;
  for (let row = 0; row < rows; row++) {
    let i = 0;
    for (; i + 8 <= width; i += 8) {
      const at = <usize>i << 2;
      v128.store(y + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
      v128.store(y + at, f32x4.add(v128.load(a + at, 16), v128.load(b + at, 16)), 16);
    }
    for (; i < width; i += 4) {
      const at = <usize>i << 2;
      const left = width - i;
      storeLanes(y + at, f32x4.add(loadLanes(a + at, left, 0), loadLanes(b + at, left, 0)), left);
    }
    a += rowBytes;
    y += rowBytes;
  }
}
