/** Student's t distribution, as far as intervals and tests of a mean need it. */

/**
 * P(T ≤ t) of Student's t with ν degrees of freedom.
 *
 * 1 − ½ I_{ν/(ν+t²)}(ν/2, ½) for t ≥ 0; I is the regularized incomplete beta function
 *
 * Reference: Abramowitz and Stegun, *Handbook of Mathematical Functions*, 26.7.1 and 26.5.8.
 */
export function studentCdf(t: number, freedom: number): number {
  const tail = 0.5 * incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5);
  return t > 0 ? 1 - tail : tail;
}

/**
 * The t that T exceeds with probability 1 − p.
 *
 * @param p - 0.5 … 1, 1 excluded
 * @param freedom - ν, at least 1
 */
export function studentQuantile(p: number, freedom: number): number {
  let high = 1;
  while (studentCdf(high, freedom) < p) high *= 2;
  return whereReached(p, (t) => studentCdf(t, freedom), high);
}

/** The argument from 0 to `end` at which a rising function reaches a value, by bisection. */
export function whereReached(value: number, rising: (x: number) => number, end: number): number {
  let [low, high] = [0, end];
  for (let i = 0; i < 200 && high - low > 1e-14 * high; i++) {
    const middle = (low + high) / 2;
    if (rising(middle) < value) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** I_x(a, b), by its continued fraction (Lentz), which converges fast on the side of the mean that is taken. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x)) / a;
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      change = d * c;
      fraction *= change;
    }
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return front * fraction;
}

/** ln Γ(x) for x > 0: Stirling's series after the argument was raised above 15 by Γ(x + 1) = x Γ(x). */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 15; z++) shift += Math.log(z);
  const square = 1 / (z * z);
  const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
