/** Kernels that go over rows, in plain TypeScript and float64. */

import { type Floats, make, sum, sumRows } from "./reference";

/** softmax(scale · x) of each row */
export function softmax(x: Floats, width: number, scale: number): Float64Array {
  const y = new Float64Array(x.length);
  for (let row = 0; row < x.length; row += width) {
    const own = Array.from({ length: width }, (_, j) => x[row + j]);
    const most = Math.max(...own);
    const powers = own.map((value) => Math.exp(scale * (value - most)));
    const total = sum(width, (j) => powers[j]);
    y.set(
      powers.map((power) => power / total),
      row,
    );
  }
  return y;
}

/** scale · p (dy − Σ dy p) */
export const softmaxGrad = (dy: Floats, p: Floats, width: number, scale: number): Float64Array =>
  make(p.length, (at) => {
    const row = at - (at % width);
    return scale * p[at] * (dy[at] - sum(width, (j) => dy[row + j] * p[row + j]));
  });

/** 1 where p of a row is at least its threshold, and the mean of those p, 0 of none */
export function keepAbove(p: Floats, width: number, threshold: (row: number) => number) {
  const bits = make(p.length, (at) => (p[at] >= threshold(Math.floor(at / width)) ? 1 : 0));
  const means = make(p.length / width, (row) => {
    const kept = sum(width, (j) => bits[row * width + j]);
    return kept > 0 ? sum(width, (j) => bits[row * width + j] * p[row * width + j]) / kept : 0;
  });
  return { bits, means };
}

/** (x − knee) + offset above the knee, (x − knee) · slope + offset elsewhere */
export const knee = (x: Floats, place: Floats, slope: Floats, offset: Floats): Float64Array =>
  make(x.length, (at) => {
    const c = at % place.length;
    const off = x[at] - place[c];
    return (off > 0 ? off : off * slope[c]) + offset[c];
  });

/** Gradients of x, knee, slope, offset */
export function kneeGrad(dy: Floats, x: Floats, place: Floats, slope: Floats) {
  const width = place.length;
  const above = (at: number) => x[at] > place[at % width];
  const dx = make(x.length, (at) => dy[at] * (above(at) ? 1 : slope[at % width]));
  const turned = make(x.length, (at) => (above(at) ? 0 : dy[at] * (x[at] - place[at % width])));
  return {
    dx,
    dknee: sumRows(dx, width).map((value) => -value),
    dslope: sumRows(turned, width),
    doffset: sumRows(dy, width),
  };
}
