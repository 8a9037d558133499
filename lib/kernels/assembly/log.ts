/**
 * ln x of a normal x > 0, relative error below 1e-15. (The library's own has tables, which need static memory.)
 *
 * x = 2ⁿ m with √½ ≤ m < √2; ln m = 2 (z + z³/3 + z⁵/5 + …) with z = (m − 1) / (m + 1), |z| < 0.172.
 */
export function log(x: f64): f64 {
  const bits = reinterpret<i64>(x);
  // Counted from √½'s bits on, so that m comes out between √½ and √2.
  const shifted = bits - 0x3fe6a09e667f3bcd;
  const n = shifted >> 52;
  const m = reinterpret<f64>(bits - (n << 52));
  const z = (m - 1) / (m + 1);
  const square = z * z;
  let sum: f64 = 0;
  for (let power = 21; power > 0; power -= 2) sum = sum * square + 1 / <f64>power;
  return <f64>n * 0.6931471805599453 + 2 * z * sum;
}
