import { COLUMNS } from "./xnor-tables";
import { fourCounts, scaled } from "./xnor-store";

/**
 * From counts to the signs of the values that xnor-store.ts would store.
 *
 * Without token scales a value acc · alpha + bias rises or falls with the count of its column, so its sign is told by one
 * comparison of the count: negative where count < limit, or, where alpha is negative, where it is not.
 *
 *     limits  64 16-bit limits | the same in bytes | 64 masks of 16 bits, −1 where alpha is negative | the same in bytes
 */

/** Bytes of the limits. */
export const LIMIT_BYTES: usize = 384;

/** No count reaches it. */
const MOST: f32 = 32767;

/** Limits of 64 columns, from the factors that `gatherFactors` left; columns that are not there are never negative. */
export function gatherLimits(factors: usize, columns: i32, surplus: i32, limits: usize): void {
  const zero = f32x4.splat(0);
  for (let column: usize = 0; column < <usize>COLUMNS; column += 4) {
    const isThere = i32x4.lt_s(i32x4.add(i32x4.splat(<i32>column), i32x4(0, 1, 2, 3)), i32x4.splat(columns));
    const alpha = v128.and(v128.load(factors + (column << 2)), isThere);
    const bias = v128.and(v128.load(factors + (column << 2), COLUMNS * 4), isThere);
    const flip = f32x4.lt(alpha, zero);
    // Where the line crosses 0. Rounding may have moved that by one, so it is sought from one count before on.
    let crossing = f32x4.div(f32x4.neg(bias), alpha);
    crossing = f32x4.ceil(f32x4.mul(f32x4.add(crossing, f32x4.splat(<f32>surplus)), f32x4.splat(0.5)));
    crossing = f32x4.max(f32x4.min(crossing, f32x4.splat(MOST - 1)), f32x4.splat(-MOST));
    let limit = i32x4.sub(i32x4.trunc_sat_f32x4_s(crossing), i32x4.splat(1));
    for (let step = 0; step < 2; step++) {
      const isNegative = f32x4.lt(valueAt(limit, surplus, alpha, bias), zero);
      limit = i32x4.sub(limit, v128.xor(isNegative, flip));
    }
    // A level line: all counts are below the limit, or none.
    const all = v128.and(f32x4.lt(bias, zero), i32x4.splat(<i32>MOST * 2 + 1));
    limit = v128.bitselect(i32x4.sub(all, i32x4.splat(<i32>MOST + 1)), limit, f32x4.eq(alpha, zero));
    const words = i16x8.narrow_i32x4_s(limit, limit);
    const masks = i16x8.narrow_i32x4_s(flip, flip);
    v128.store64_lane(limits + (column << 1), words, 0);
    v128.store32_lane(limits + 128 + column, i8x16.narrow_i16x8_s(words, words), 0);
    v128.store64_lane(limits + 192 + (column << 1), masks, 0);
    v128.store32_lane(limits + 320 + column, i8x16.narrow_i16x8_s(masks, masks), 0);
  }
}

// @ts-ignore: decorator
@inline
function valueAt(count: v128, surplus: i32, alpha: v128, bias: v128): v128 {
  const acc = f32x4.convert_i32x4_s(i32x4.sub(i32x4.shl(count, 1), i32x4.splat(surplus)));
  return f32x4.add(f32x4.mul(acc, alpha), bias);
}

/** Stores signs by `limits`: bytes of plain rows, `rowBytes` apart, from column 0 of the 64 on. */
export function storeSignsByLimits(
  counts: usize,
  inBytes: bool,
  rows: i32,
  columns: i32,
  limits: usize,
  signs: usize,
  rowBytes: usize,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column: usize = 0; <i32>column < columns; column += 16) {
      let negative: v128;
      if (inBytes) {
        const below = i8x16.lt_s(v128.load(counts + column), v128.load(limits + column, 128));
        negative = v128.xor(below, v128.load(limits + column, 320));
      } else {
        const at = limits + (column << 1);
        const first = i16x8.lt_s(v128.load(counts + (column << 1)), v128.load(at));
        const second = i16x8.lt_s(v128.load(counts + (column << 1), 16), v128.load(at, 16));
        const low = v128.xor(first, v128.load(at, 192));
        negative = i8x16.narrow_i16x8_s(low, v128.xor(second, v128.load(at, 208)));
      }
      // Rows are whole words, so there is room for the 16 bits, and those of missing columns are 0.
      store<u16>(signs + (column >> 3), <u16>i8x16.bitmask(negative));
    }
    counts += inBytes ? COLUMNS : COLUMNS * 2;
    signs += rowBytes;
  }
}

/** The same by the values themselves, for rows with token scales. */
export function storeSignsOfValues(
  counts: usize,
  inBytes: bool,
  rows: i32,
  columns: i32,
  surplus: i32,
  factors: usize,
  token: usize,
  signs: usize,
  rowBytes: usize,
): void {
  const zero = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    const beta = v128.load32_splat(token + (<usize>row << 2));
    for (let column = 0; column < columns; column += 8) {
      const at = factors + (<usize>column << 2);
      const low = scaled(fourCounts(counts, inBytes, column), surplus, at, beta);
      const high = scaled(fourCounts(counts, inBytes, column + 4), surplus, at + 16, beta);
      const byte = i32x4.bitmask(f32x4.lt(low, zero)) | (i32x4.bitmask(f32x4.lt(high, zero)) << 4);
      const left = columns - column;
      store<u8>(signs + (<usize>column >> 3), <u8>(left < 8 ? byte & ((1 << left) - 1) : byte));
    }
    counts += inBytes ? COLUMNS : COLUMNS * 2;
    signs += rowBytes;
  }
}
