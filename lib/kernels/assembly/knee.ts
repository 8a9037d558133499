import { loadLanes, storeLanes } from "./lanes";

/**
 * A line with a knee for each channel c: y = (x − knee_c) + offset_c where x > knee_c, (x − knee_c) · slope_c + offset_c
 * elsewhere, each step rounded.
 *
 *     x, y, dy, dx                row 0 | row 1 | …   each `width` floats
 *     knee, slope, offset, and their gradients        one row
 *
 * Reference: Liu, Shen, Savvides and Cheng, *ReActNet*, equation 4 (RPReLU), 2020.
 */
export function knee(x: usize, knee: usize, slope: usize, offset: usize, y: usize, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i += 4) {
      const at = <usize>i << 2;
      const left = width - i;
      const off = f32x4.sub(loadLanes(x + at, left, 0), loadLanes(knee + at, left, 0));
      const bent = f32x4.mul(off, loadLanes(slope + at, left, 0));
      const line = v128.bitselect(off, bent, f32x4.gt(off, f32x4.splat(0)));
      storeLanes(y + at, f32x4.add(line, loadLanes(offset + at, left, 0)), left);
    }
    x += <usize>width << 2;
    y += <usize>width << 2;
  }
}

/**
 * dx = dy where x > knee, dy · slope elsewhere; over the rows d knee = −Σ dx, d offset = Σ dy,
 * d slope = Σ dy (x − knee) where x ≤ knee.
 */
export function kneeGrad(
  dy: usize,
  x: usize,
  knee: usize,
  slope: usize,
  dx: usize,
  dknee: usize,
  dslope: usize,
  doffset: usize,
  rows: i32,
  width: i32,
): void {
  const rowBytes: usize = <usize>width << 2;
  memory.fill(dknee, 0, rowBytes);
  memory.fill(dslope, 0, rowBytes);
  memory.fill(doffset, 0, rowBytes);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i += 4) {
      const at = <usize>i << 2;
      const left = width - i;
      const upstream = loadLanes(dy + at, left, 0);
      const off = f32x4.sub(loadLanes(x + at, left, 0), loadLanes(knee + at, left, 0));
      const above = f32x4.gt(off, f32x4.splat(0));
      const bent = f32x4.mul(upstream, loadLanes(slope + at, left, 0));
      const down = v128.bitselect(upstream, bent, above);
      const turned = v128.andnot(f32x4.mul(upstream, off), above);
      storeLanes(dx + at, down, left);
      storeLanes(dknee + at, f32x4.sub(loadLanes(dknee + at, left, 0), down), left);
      storeLanes(dslope + at, f32x4.add(loadLanes(dslope + at, left, 0), turned), left);
      storeLanes(doffset + at, f32x4.add(loadLanes(doffset + at, left, 0), upstream), left);
    }
    dy += rowBytes;
    x += rowBytes;
    dx += rowBytes;
  }
}
