/**
 * The float kernels of inference without SIMD. Every sum is rounded to float32 in the order in which the SIMD form adds
 * it, four lanes where that has four, so the two give the same bits.
 */

const fround = Math.fround;

/** Elements from a row to the next, and from a column to the next. */
export type Strides = readonly [number, number];

/** How many products a sum takes before it is put aside, as in the SIMD form. */
const blockK = 256;

/**
 * C = A · B + bias on strided matrices in one array; places and strides count elements.
 *
 * @param scratch - room for n floats
 */
export function multiply(
  f: Float32Array,
  [a, [aRow, aStep]]: readonly [number, Strides],
  [b, [bStep, bColumn]]: readonly [number, Strides],
  [c, cRow]: readonly [number, number],
  [m, n, k]: readonly [number, number, number],
  bias: number | undefined,
  scratch: number,
): void {
  const sums = f.subarray(scratch, scratch + n);
  for (let i = 0; i < m; i++) {
    const to = c + i * cRow;
    for (let k0 = 0; k0 < k; k0 += blockK) {
      sums.fill(0);
      for (let s = k0; s < Math.min(k0 + blockK, k); s++) {
        const left = f[a + i * aRow + s * aStep];
        const from = b + s * bStep;
        for (let j = 0; j < n; j++) sums[j] += fround(left * f[from + j * bColumn]);
      }
      const addend = k0 > 0 ? to : bias;
      for (let j = 0; j < n; j++) f[to + j] = sums[j] + (addend === undefined ? 0 : f[addend + j]);
    }
  }
}

/**
 * Sums of every fourth element, put together as the lanes of a register are: (0 + 2) + (1 + 3).
 *
 * @param registers - 2: groups of four go to two registers in turn, which are added first
 */
export function laneSum(count: number, term: (i: number) => number, registers: 1 | 2 = 1): number {
  const lanes = new Float32Array(8);
  const mask = 4 * registers - 1;
  for (let i = 0; i < count; i++) lanes[i & mask] += term(i);
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => fround(lanes[i] + lanes[i + 4]));
  return fround(fround(a + c) + fround(b + d));
}

/** Layer normalization of `rows` rows; places count elements. */
export function layerNormRows(
  f: Float32Array,
  [x, gamma, beta, y, mean, inverse]: readonly number[],
  rows: number,
  width: number,
  epsilon: number,
): void {
  for (let row = 0; row < rows; row++) {
    const at = row * width;
    const first = f[x + at];
    const middle = fround(first + fround(laneSum(width, (i) => fround(f[x + at + i] - first), 2) / width));
    const squares = laneSum(
      width,
      (i) => {
        const off = fround(f[x + at + i] - middle);
        return fround(off * off);
      },
      2,
    );
    const scale = fround(1 / fround(Math.sqrt(fround(fround(squares / width) + fround(epsilon)))));
    for (let i = 0; i < width; i++) {
      const normal = fround(fround(f[x + at + i] - middle) * scale);
      f[y + at + i] = fround(normal * f[gamma + i]) + f[beta + i];
    }
    f[mean + row] = middle;
    f[inverse + row] = scale;
  }
}

/** The powers and shares that softmax of each row, scaled first, is made of. */
export function powersOfRows(
  f: Float32Array,
  [x, shares]: readonly [number, number],
  rows: number,
  width: number,
  scale: number,
): void {
  for (let row = 0; row < rows; row++) {
    const at = x + row * width;
    let largest = f[at];
    for (let i = 1; i < width; i++) if (largest < f[at + i]) largest = f[at + i];
    const sum = laneSum(width, (i) => {
      f[at + i] = expNonPositive(fround(fround(f[at + i] - largest) * scale));
      return f[at + i];
    });
    f[shares + row] = 1 / sum;
  }
}

/** x · shares, row by row, in place; rows are `stride` apart. */
export function scaleRows(
  f: Float32Array,
  [x, shares]: readonly [number, number],
  rows: number,
  width: number,
  stride: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) f[x + row * stride + i] *= f[shares + row];
  }
}

const cell = new Float32Array(1);
const cellBits = new Int32Array(cell.buffer);
const expTerms = [1.3264727e-3, 9.671513e-3, 5.5507336e-2, 2.4022242e-1, 6.93147e-1, 1].map(fround);
const [log2e, rounder] = [Math.LOG2E, 12582912].map(fround);

/** e^x for x ≤ 0, and 0 below −60; the method stands at the SIMD form. */
function expNonPositive(x: number): number {
  if (x < -60) return 0;
  if (Number.isNaN(x)) return x;
  const t = fround(x * log2e);
  const n = fround(fround(t + rounder) - rounder);
  const f = fround(t - n);
  let p = expTerms[0];
  for (let i = 1; i < expTerms.length; i++) p = fround(fround(p * f) + expTerms[i]);
  cell[0] = p;
  cellBits[0] += n << 23;
  return cell[0];
}

const cdfSlope = fround(0.2316418882);
const cdfTerms = [0.5307027145, -0.7265760135, 0.7107068705, -0.142248368, 0.127414796].map(fround);

const smallestNormal = 2 ** -126;

/** x Φ(x) of one float, below 0 for every x < 0; the method stands at the SIMD form. */
export function geluOf(x: number): number {
  const bell = expNonPositive(Math.max(fround(fround(x * x) * -0.5), -60));
  const t = fround(1 / fround(1 + fround(Math.abs(x) * cdfSlope)));
  let p = cdfTerms[0];
  for (let i = 1; i < cdfTerms.length; i++) p = fround(fround(p * t) + cdfTerms[i]);
  const tail = fround(fround(p * t) * bell);
  const y = fround(x * (x < 0 ? tail : fround(1 - tail)));
  return y === 0 && x < 0 ? -smallestNormal : y;
}
