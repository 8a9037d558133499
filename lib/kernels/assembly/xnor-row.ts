/**
 * In how many signs a row differs from each of rows j … j + 3 in panels (layouts in pack-signs.ts), j a multiple of 4;
 * for small products whose results go on at once: nothing is kept on the way, as xnor-popcount.ts does for 64 columns.
 *
 * @param a the row's first word
 */
// @ts-ignore: decorator
@inline
export function differences(a: usize, words: i32, panels: usize, j: i32): v128 {
  let panel = panels + (<usize>((j & ~7) * words) << 2) + (<usize>(j & 4) << 2);
  let sum = i32x4.splat(0);
  const end = a + (<usize>words << 2);
  for (; a < end; a += 4) {
    const bytes = i8x16.popcnt(v128.xor(v128.load32_splat(a), v128.load(panel)));
    sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
    panel += 32;
  }
  return sum;
}
