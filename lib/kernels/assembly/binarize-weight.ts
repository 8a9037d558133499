import { loadLanes, storeLanes } from "./lanes";
import { Nullable } from "./onward";
import { pseudoSlope, signLanes } from "./sign";

/** Forms of α: 1, the mean of |v| over everything or per column, or a parameter per column or for all. */
const NONE: i32 = 0;
const TENSOR: i32 = 1;
const CHANNEL: i32 = 2;
const LEARNED: i32 = 3;

/**
 * signs = sign(v), and α, of weights w [inputs, outputs], v = w or w − its column's mean.
 *
 *     w, signs    input 0: outputs 0 … O-1 | input 1: … | …
 *     alpha       one float per output, whatever the form
 *     given       the parameter: O floats for LEARNED, one for a learned tensor scale, unused otherwise
 *     means       scratch, O floats: what is subtracted from each column
 */
export function binarizeWeight(
  w: usize,
  given: Nullable,
  signs: usize,
  alpha: usize,
  means: usize,
  inputs: i32,
  outputs: i32,
  scale: i32,
  center: bool,
): void {
  const rowBytes: usize = <usize>outputs << 2;
  columnMeans(w, means, inputs, outputs, center);
  if (scale == TENSOR || scale == CHANNEL) {
    meanSize(w, means, alpha, inputs, outputs);
    if (scale == TENSOR) fill(alpha, outputs, total(alpha, outputs) / <f32>outputs);
  } else if (scale == LEARNED) {
    memory.copy(alpha, given, rowBytes);
  } else {
    fill(alpha, outputs, scale == NONE ? 1 : f32.load(given));
  }
  for (let row = 0; row < inputs; row++) {
    for (let i = 0; i < outputs; i += 4) {
      const at = <usize>i << 2;
      const left = outputs - i;
      const v = f32x4.sub(loadLanes(w + at, left, 0), loadLanes(means + at, left, 0));
      storeLanes(signs + at, signLanes(v), left);
    }
    w += rowBytes;
    signs += rowBytes;
  }
}

/**
 * Gradient, g that of α sign(v): dv = g α ste(v), and with `product` + dα sign(v) / count where α is a mean over `count`
 * entries (there d|v|/dv is 0 at 0); dw = dv, less its column's mean if centred.
 *
 *     dalpha    Σ g sign(v): O floats for CHANNEL and LEARNED, one otherwise
 *     scratch   | means, O floats | column sums of g sign(v), O floats |
 */
export function binarizeWeightGrad(
  g: usize,
  w: usize,
  alpha: usize,
  dw: usize,
  dalpha: usize,
  scratch: usize,
  inputs: i32,
  outputs: i32,
  scale: i32,
  product: bool,
  form: i32,
  center: bool,
): void {
  const rowBytes: usize = <usize>outputs << 2;
  const columns = scratch + rowBytes;
  columnMeans(w, scratch, inputs, outputs, center);
  signedSums(g, w, scratch, columns, inputs, outputs);
  if (scale == CHANNEL || scale == LEARNED) {
    memory.copy(dalpha, columns, rowBytes);
    multiplyAll(columns, outputs, product && scale == CHANNEL ? 1 / <f32>inputs : 0);
  } else {
    const sum = total(columns, outputs);
    f32.store(dalpha, sum);
    fill(columns, outputs, product && scale == TENSOR ? sum / (<f32>inputs * <f32>outputs) : 0);
  }
  let to = dw;
  for (let row = 0; row < inputs; row++) {
    for (let i = 0; i < outputs; i += 4) {
      const at = <usize>i << 2;
      const left = outputs - i;
      const v = f32x4.sub(loadLanes(w + at, left, 0), loadLanes(scratch + at, left, 0));
      const through = f32x4.mul(f32x4.mul(loadLanes(g + at, left, 0), loadLanes(alpha + at, left, 0)), pseudoSlope(v, form));
      const direction = v128.andnot(signLanes(v), f32x4.eq(v, f32x4.splat(0)));
      const throughScale = f32x4.mul(loadLanes(columns + at, left, 0), direction);
      storeLanes(to + at, f32x4.add(through, throughScale), left);
    }
    w += rowBytes;
    g += rowBytes;
    to += rowBytes;
  }
  if (center) {
    columnMeans(dw, scratch, inputs, outputs, true);
    subtractRow(dw, scratch, inputs, outputs);
  }
}

/**
 * The mean of each column, or zeros if not asked for: w₀ + mean(w − w₀), exact where all of a column are equal, so that
 * what is left of them is 0 and not a rounding with a sign.
 */
function columnMeans(x: usize, means: usize, rows: i32, width: i32, wanted: bool): void {
  memory.fill(means, 0, <usize>width << 2);
  if (!wanted) return;
  const share = f32x4.splat(1 / <f32>rows);
  for (let i = 0; i < width; i += 4) {
    const at = <usize>i << 2;
    const left = width - i;
    const first = loadLanes(x + at, left, 0);
    let sum = f32x4.splat(0);
    for (let row = 1; row < rows; row++) {
      sum = f32x4.add(sum, f32x4.sub(loadLanes(x + at + <usize>row * (<usize>width << 2), left, 0), first));
    }
    storeLanes(means + at, f32x4.add(first, f32x4.mul(sum, share)), left);
  }
}

/** alpha = mean of |w − means| over the rows. */
function meanSize(w: usize, means: usize, alpha: usize, rows: i32, width: i32): void {
  fill(alpha, width, 0);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i += 4) {
      const at = <usize>i << 2;
      const left = width - i;
      const size = f32x4.abs(f32x4.sub(loadLanes(w + at, left, 0), loadLanes(means + at, left, 0)));
      storeLanes(alpha + at, f32x4.add(loadLanes(alpha + at, left, 0), size), left);
    }
    w += <usize>width << 2;
  }
  multiplyAll(alpha, width, 1 / <f32>rows);
}

/** sums = Σ g sign(w − means) over the rows. */
function signedSums(g: usize, w: usize, means: usize, sums: usize, rows: i32, width: i32): void {
  fill(sums, width, 0);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i += 4) {
      const at = <usize>i << 2;
      const left = width - i;
      const direction = signLanes(f32x4.sub(loadLanes(w + at, left, 0), loadLanes(means + at, left, 0)));
      const term = f32x4.mul(loadLanes(g + at, left, 0), direction);
      storeLanes(sums + at, f32x4.add(loadLanes(sums + at, left, 0), term), left);
    }
    g += <usize>width << 2;
    w += <usize>width << 2;
  }
}

function subtractRow(x: usize, values: usize, rows: i32, width: i32): void {
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i += 4) {
      const at = <usize>i << 2;
      const left = width - i;
      storeLanes(x + at, f32x4.sub(loadLanes(x + at, left, 0), loadLanes(values + at, left, 0)), left);
    }
    x += <usize>width << 2;
  }
}

function total(x: usize, count: i32): f32 {
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) sum += f32.load(x + (<usize>i << 2));
  return sum;
}

function fill(x: usize, count: i32, value: f32): void {
  for (let i = 0; i < count; i++) f32.store(x + (<usize>i << 2), value);
}

function multiplyAll(x: usize, count: i32, factor: f32): void {
  for (let i = 0; i < count; i++) f32.store(x + (<usize>i << 2), f32.load(x + (<usize>i << 2)) * factor);
}
