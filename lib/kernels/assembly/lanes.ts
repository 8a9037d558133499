/**
 * Rows of any length in groups of four floats: whole groups are loaded as they are, the last one lane by lane.
 */

/** Lanes of the group that starts at element `i` of `count`: 4, or what is left. */
// @ts-ignore: decorator
@inline
export function loadLanes(address: usize, left: i32, fill: f32): v128 {
  return left >= 4 ? v128.load(address) : loadSome(address, left, fill);
}

/** Stores the first `left` lanes, at most four. */
// @ts-ignore: decorator
@inline
export function storeLanes(address: usize, value: v128, left: i32): void {
  if (left >= 4) v128.store(address, value);
  else storeSome(address, value, left);
}

function loadSome(address: usize, left: i32, fill: f32): v128 {
  let value = v128.load_lane<f32>(address, f32x4.splat(fill), 0);
  if (left > 1) value = v128.load_lane<f32>(address, value, 1, 4);
  if (left > 2) value = v128.load_lane<f32>(address, value, 2, 8);
  return value;
}

function storeSome(address: usize, value: v128, left: i32): void {
  v128.store_lane<f32>(address, value, 0);
  if (left > 1) v128.store_lane<f32>(address, value, 1, 4);
  if (left > 2) v128.store_lane<f32>(address, value, 2, 8);
}

/** (lane 0 + lane 2) + (lane 1 + lane 3) */
// @ts-ignore: decorator
@inline
export function sumLanes(value: v128): f32 {
  const pairs = f32x4.add(value, v128.shuffle<i64>(value, value, 1, 0));
  return f32x4.extract_lane(pairs, 0) + f32x4.extract_lane(pairs, 1);
}

/** The largest lane; a NaN may be passed over. */
// @ts-ignore: decorator
@inline
export function maxLanes(value: v128): f32 {
  const pairs = f32x4.pmax(value, v128.shuffle<i64>(value, value, 1, 0));
  return f32x4.extract_lane(f32x4.pmax(pairs, v128.shuffle<f32>(pairs, pairs, 1, 0, 3, 2)), 0);
}

/**
 * A constant in all lanes, computed where this stands. A compiler that sees a constant makes it anew at every use, in V8
 * with four instructions and in 256 bits with nine, which in an exponential is more than the arithmetic. So this one
 * is hidden: memory has at most 2^16 pages, and what is added is 0.
 */
// @ts-ignore: decorator
@inline
export function kept(value: f32): v128 {
  return f32x4.splat(value + <f32>(memory.size() >>> 17));
}
