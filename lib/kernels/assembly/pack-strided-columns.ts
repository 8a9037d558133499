import { loadLanes } from "./lanes";
import { Nullable } from "./onward";
import { signWords } from "./pack-signs";

/**
 * `packColumns` of a matrix [k, n] whose rows start `stride` floats apart, against thresholds [n] or 0: plain rows of the
 * transpose, n × k signs, 1 where x < τ.
 *
 * It stands apart, since whole weights and batches go through the other, and these two more things cost a tenth.
 *
 * @returns 1 if there was a NaN, else 0
 */
export function packStridedColumns(x: usize, stride: i32, signs: usize, k: i32, n: i32, thresholds: Nullable): i32 {
  const words = signWords(k);
  const zero = f32x4.splat(0);
  let odd = zero;
  for (let j = 0; j < n; j += 4) {
    const left = n - j;
    const from = x + (<usize>j << 2);
    const least = thresholds ? loadLanes(thresholds + (<usize>j << 2), left, 0) : zero;
    odd = v128.or(odd, f32x4.ne(least, least));
    for (let word = 0; word < words; word++) {
      const first = word << 5;
      let four = zero;
      let bit = i32x4.splat(1);
      for (let row = first; row < min(first + 32, k); row++) {
        const lanes = loadLanes(from + (<usize>(row * stride) << 2), left, 0);
        odd = v128.or(odd, f32x4.ne(lanes, lanes));
        four = v128.or(four, v128.and(f32x4.lt(lanes, least), bit));
        bit = i32x4.shl(bit, 1);
      }
      for (let c = 0; c < min(left, 4); c++) {
        i32.store(signs + (<usize>((j + c) * words + word) << 2), i32x4.extract_lane(four, 0));
        four = v128.shuffle<i32>(four, four, 1, 2, 3, 0);
      }
    }
  }
  return v128.any_true(odd) ? 1 : 0;
}
